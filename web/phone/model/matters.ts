/** The matters of my grids, with what I said of them and the server did not know when it last told me; pure. */
import { stateOf, type Outbox } from "./outbox";
import { daysBetween } from "./time";
import type { Kept, Matter, MatterAct, MatterAction } from "./types";

/** Of the unit a matter is passed on to, and of its number there: what the wire reads. */
export const LONGEST_OUTSIDE = 60;
export const LONGEST_OUTSIDE_NUMBER = 40;

export interface OpenMatter {
  matter: Matter;
  /** Acts of mine, the first said first. */
  mine: Kept[];
}

/** `from`: the first number of mine that the last pull did not see. */
export function openMatters(matters: readonly Matter[], box: Outbox, from: number): OpenMatter[] {
  return matters.map((matter) => ({
    matter,
    mine: box.ops.filter(
      (kept) =>
        kept.op.verb === "matter.act" &&
        kept.op.entity === matter.id &&
        kept.op.seq >= from &&
        stateOf(box, kept) !== "returned",
    ),
  }));
}

export const actOf = (kept: Kept): MatterAct => kept.op.data as unknown as MatterAct;

/** Whether an act leads a matter on; a word does not. */
const leadsOn = ({ act }: { act: string }): boolean => act !== "noted";

/** What I said of a matter last, where it came back: that is what I say anew. */
export function returnedOf(box: Outbox, matter: string): Kept | null {
  const last = box.ops.filter(({ op }) => op.verb === "matter.act" && op.entity === matter).pop();
  return last && stateOf(box, last) === "returned" ? last : null;
}

/** Whether an act of mine leads it on: what comes next is somebody else's. */
export const isMovedOn = ({ mine }: OpenMatter): boolean => mine.some((kept) => leadsOn(actOf(kept)));

/** How it stands after my acts: who is to do the next step. */
export function sayStage(open: OpenMatter): string {
  if (!isMovedOn(open)) return open.matter.stage_label;
  const last = open.mine
    .map(actOf)
    .filter(({ act }) => act !== "noted")
    .pop();
  return last?.act === "passed_on" ? `您转办了，由${last.outside}来办` : "您办过了，等另一个人来看";
}

/** Whether it waits for me to do something. */
export const isToDo = (open: OpenMatter): boolean =>
  open.matter.stage === "handling" && open.matter.acts.some(leadsOn) && !isMovedOn(open);

/** What can be done about it now: once I led it on, only a word can be added. */
export function actionsOf(open: OpenMatter): MatterAction[] {
  return isMovedOn(open) ? open.matter.acts.filter((action) => !leadsOn(action)) : open.matter.acts;
}

/** By when, in words. */
export function sayDue({ due_on, pressed }: Matter, today: string): string {
  const left = daysBetween(today, due_on);
  const [, month, date] = due_on.split("-").map(Number);
  const by = left < 0 ? `过期 ${-left} 天` : left === 0 ? "今天到期" : `${month}月${date}日到期，还有 ${left} 天`;
  return pressed ? `${by}，已督办` : by;
}
