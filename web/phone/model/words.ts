/** Words of coded values. `words.json` is held to the field dictionary by a test of the server's. */
import words from "../words.json";
import { LABELS, MARKS } from "./outcomes";
import type { Difference } from "./types";

const all: Record<string, Record<string, string>> = { ...words, outcome: LABELS, outcome_mark: MARKS };

/** Codes of a relation (GB/T 4761) that the app itself looks for or says. */
export const HEAD = "02";
export const CHILD = "20/30";

export function say(list: string, code: string | null | undefined): string {
  return code ? (all[list]?.[code] ?? code) : "";
}

/** Of a need: nobody has done anything about it yet. */
export const NOT_YET = "还没办";

/** Of somebody who came to a door: another side has them on record, and has not given them away yet. */
export const AWAITED = "待对方确认";

/** What was done about what somebody needs. */
export function sayHelp(need: string, help: string): string {
  return need && help === "none" ? NOT_YET : say("help", help);
}

/** What stands on record of a fact, and what `by` says of it; of two numbers that are masked alike, only that. */
export function sayBoth({ label, current, claimed }: Difference, by: string): string {
  if (current && current === claimed) return `${label}：登记的和${by}的不一样，两个号码都遮住了`;
  return `${label}：登记是“${current || "空"}”，${by}“${claimed || "空"}”`;
}

/** Who sent a question to the door, and what they want to know. */
export function sayAsked({ by, note }: Difference): string {
  return `${by || "社区"}请您问${note ? `：${note}` : ""}`;
}

export function options(list: string): { code: string; text: string }[] {
  return Object.entries(all[list] ?? {}).map(([code, text]) => ({ code, text }));
}
