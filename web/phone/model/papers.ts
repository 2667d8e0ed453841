/** Which paper a number stands on (证件类型). A number of another paper than a citizen's card is written behind its name,
 * `护照 E12345678`, as the server keeps it; `fields.json` has the papers and what their numbers look like. */
import kinds from "../fields.json";
import * as idcard from "./idcard";
import type { IdFeedback } from "./idcard";

/** What is meant where no paper is named. */
export const CITIZENS = "居民身份证";
const field = kinds.person.at_door.find(({ name }) => name === "id_no") as unknown as { papers: [string, string][] };
const SHAPES = new Map(field.papers);
export const PAPERS: readonly string[] = [CITIZENS, ...SHAPES.keys()];

/** A number, or its mask, with its paper. */
export function split(value: string): { paper: string; number: string } {
  const at = value.indexOf(" ");
  const paper = value.slice(0, Math.max(at, 0));
  return SHAPES.has(paper) ? { paper, number: value.slice(at + 1) } : { paper: CITIZENS, number: value };
}

/** A number as it is kept and sent. */
export function join(paper: string, typed: string): string {
  const number = idcard.tidy(typed);
  return number && paper !== CITIZENS ? `${paper} ${number}` : number;
}

/** What can be said of a number as typed so far; null while nothing is typed. */
export function check(value: string): IdFeedback | null {
  const { paper, number } = split(value);
  const shape = SHAPES.get(paper);
  if (!shape) return idcard.check(number);
  const bare = number.replace(/[第号]/g, "");
  if (new RegExp(`^(?:${shape})$`).test(bare)) return { ok: true, text: "写法没有错" };
  return { ok: false, text: `还不像${paper}的号码，请对照证件核对` };
}
