/** Words of coded values. `words.json` is held to the field dictionary by a test of the server's. */
import words from "../words.json";

const all: Record<string, Record<string, string>> = words;

export function say(list: string, code: string | null | undefined): string {
  return code ? (all[list]?.[code] ?? code) : "";
}

export function options(list: string): { code: string; text: string }[] {
  return Object.entries(all[list] ?? {}).map(([code, text]) => ({ code, text }));
}
