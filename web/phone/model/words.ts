/** Words of coded values. `words.json` is held to the field dictionary by a test of the server's. */
import words from "../words.json";

const all: Record<string, Record<string, string>> = words;

export function say(list: string, code: string | null | undefined): string {
  return code ? (all[list]?.[code] ?? code) : "";
}

/** Of a need: nobody has done anything about it yet. */
export const NOT_YET = "还没办";

/** What was done about what somebody needs. */
export function sayHelp(need: string, help: string): string {
  return need && help === "none" ? NOT_YET : say("help", help);
}

export function options(list: string): { code: string; text: string }[] {
  return Object.entries(all[list] ?? {}).map(([code, text]) => ({ code, text }));
}
