/** 照证件核对: a number typed from a card. The phone has nothing to check it with but its form; the server compares. */
import { headOf } from "./book";
import { stateOf, type Outbox } from "./outbox";
import { dayOf } from "./time";
import type { Facts, Kept, Op, Person } from "./types";

/** Whether a number stands on record, so that one typed from the card is compared and never written over it. */
export const isRecorded = (person: Person): boolean => !!person.id_no_mask;

/** Whether an op is a number typed from somebody's card, and nothing else. */
export function isCheck(op: Op): boolean {
  const fields = Object.keys(op.set);
  return op.verb === "fact.set" && op.kind === "person" && fields.length === 1 && fields[0] === "id_no";
}

/** The facts of such an op. */
export const factsOf = (person: Person, number: string): Facts => ({
  id_no: { p: headOf(person, "id_no"), v: number },
});

/** What became of it. The server says it at once; without network it is said when the op has arrived. */
export function answerOf(box: Outbox, kept: Kept): string {
  const state = stateOf(box, kept);
  if (state === "waiting") return "已保存，还没核。有网就核，结果写在这里和“待处理”里。";
  if (kept.verdict?.text) return kept.verdict.text;
  return state === "difference" ? "不一致：成了一条差异，等社区核对。" : "核过了。";
}

/** The last number typed from somebody's card today; undefined where there is none. */
export function checkOf(box: Outbox, person: string, today: string): Kept | undefined {
  const typed = box.ops.filter(({ op }) => isCheck(op) && op.entity === person);
  return typed.filter(({ op }) => dayOf(Date.parse(op.at)) === today).pop();
}

/** Whether the number on record was found to be the card's. */
export const sayChecked = (person: Person): string => (person.id_no_checked_on ? "已核" : "未核");

/** How a person's number stands, for a line about them. */
export const sayNumber = (person: Person): string =>
  person.id_no_mask ? `${sayChecked(person)} ${person.id_no_mask}` : "证件号未登记";
