/** Doors of a sample on an inspector's phone, with what I said of them since the server last told; pure. */
import fields from "../fields.json";
import type { Draft } from "./draft";
import { atDoor, type Field } from "./fields";
import { stateOf, type Outbox } from "./outbox";
import { isQuiet } from "./time";
import type { Kept, SampleAnswer, SampleApproach, SampledDoor } from "./types";
import { uuid7 } from "./uuid7";

export type Way = SampleAnswer["way"];
export const MOST_LIVING = 40;
/** Characters of what somebody wants. */
export const LONGEST_WANTED = 500;

export interface OpenDoor {
  door: SampledDoor;
  /** What I said of it, the first said first. */
  mine: Kept[];
}

/** What was heard so far, as it is typed. `begun`: when the first answer was given; it counts as of then. */
export interface AskDraft {
  op: string;
  kind: "sampled_door";
  place: string;
  until_on: string;
  begun: string;
  way: string;
  visited: string;
  who: string;
  n_living: string;
  identity: string;
  knows: string;
  contact: string;
  fields: Record<string, string>;
  wanted: string;
}

/** Of a visit, or of an answer at a door that was drawn. */
export type AnyDraft = Draft | AskDraft;

const isOf = (verb: string) => (kept: Kept) => kept.op.verb === verb;
export const isOfSample = ({ op }: Kept): boolean => op.verb.startsWith("sample.");

/** The doors of today. `from`: the first number of mine that the last pull did not see. */
export function openDoors(doors: readonly SampledDoor[], box: Outbox, from: number, today: string): OpenDoor[] {
  const said = box.ops.filter((kept) => isOfSample(kept) && kept.op.seq >= from && stateOf(box, kept) !== "returned");
  return doors
    .filter((door) => door.from_on <= today && today <= door.until_on)
    .map((door) => ({ door, mine: said.filter(({ op }) => op.entity === door.id) }));
}

const approachesOf = ({ mine }: OpenDoor): SampleApproach[] =>
  mine.filter(isOf("sample.approach")).map(({ op }) => op.data as unknown as SampleApproach);

/** Calls and knocks so far. What was said of a call takes the place of one that was dialled. */
export function triesOf(open: OpenDoor): Record<Way, number> {
  const ways = approachesOf(open).map(({ way }) => way);
  const nCalls = ways.filter((way) => way === "call").length;
  return {
    call: open.door.n_calls + Math.max(0, nCalls - open.door.n_dialled),
    knock: open.door.n_knocks + ways.filter((way) => way === "knock").length,
  };
}

const isCapped = ({ door }: OpenDoor, knocks: number): boolean => !door.n_phones && knocks >= door.most_knocks;

/** Whether I am through with it, as far as I said. */
export function isDone(open: OpenDoor): boolean {
  const { call, knock } = triesOf(open);
  const approaches = approachesOf(open);
  return (
    open.mine.length > approaches.length ||
    approaches.some(({ outcome }) => outcome !== "nobody") ||
    (approaches.length > 0 && (call + knock >= open.door.tries || isCapped(open, knock)))
  );
}

/** How it may be asked: the telephone comes first, and nobody stands there more often than the campaign allows. */
export function waysOf(open: OpenDoor): Way[] {
  const { call, knock } = triesOf(open);
  const { n_phones, most_knocks } = open.door;
  if (isCapped(open, knock)) return [];
  const mayKnock = (!n_phones || call > 0) && knock < most_knocks;
  return [...(n_phones ? (["call"] as const) : []), ...(mayKnock ? (["knock"] as const) : [])];
}

/** Whether a telephone may be dialled: each call is one of the tries. */
export function mayDial(open: OpenDoor, now: number): boolean {
  const { call, knock } = triesOf(open);
  return open.door.n_phones > 0 && call + knock < open.door.tries && !isQuiet(now, open.door.quiet);
}

/** Why it is not asked from here, in words; empty where it is. */
export function whyNot({ door }: OpenDoor): string {
  if (door.why_not) return `这一户“${door.why_not}”，不再打扰。`;
  return door.is_barred ? "这一户您走访过，或者有和您同名、同号码的人住，要换人问。" : "";
}

/** What I said of a door last, where it came back: that is what I say anew. */
export function returnedOf(box: Outbox, door: string): Kept | null {
  const last = box.ops.filter((kept) => isOfSample(kept) && kept.op.entity === door).pop();
  return last && stateOf(box, last) === "returned" ? last : null;
}

/** The fields of the dictionary that are asked again, in its order. */
export const ASKED: Field[] = fields.dwelling.asked_again.map((name) =>
  atDoor("dwelling").find((field) => field.name === name)!,
);

/** Nothing typed yet; what came back is there to be corrected, and heard anew where it was heard in quiet hours. */
export function blankAsk({ door }: OpenDoor, returned: Kept | null): AskDraft {
  const back = returned?.op.verb === "sample.answer" ? (returned.op.data as unknown as SampleAnswer) : null;
  return {
    op: uuid7(),
    kind: "sampled_door",
    place: door.id,
    until_on: door.until_on,
    begun: back && !isQuiet(Date.parse(returned!.op.at), door.quiet) ? returned!.op.at : "",
    way: back?.way ?? "",
    visited: back?.visited ?? "",
    who: back?.who ?? "",
    n_living: back?.n_living?.toString() ?? "",
    identity: back?.identity ?? "",
    knows: back?.knows == null ? "" : back.knows ? "yes" : "no",
    contact: back?.contact ?? "",
    fields: { ...back?.fields },
    wanted: back?.wanted ?? "",
  };
}

/** Why what was typed is no number of people; empty for one, and for nothing. */
export const faultOfLiving = (typed: string): string =>
  !typed.trim() || (/^\d{1,2}$/.test(typed.trim()) && Number(typed) <= MOST_LIVING) ? "" : `写 0 到 ${MOST_LIVING}`;

/** What is sent; null while one of the three that count is missing, or a number is none. */
export function answerOf(draft: AskDraft): SampleAnswer | null {
  if (!draft.way || !draft.visited || !draft.who || faultOfLiving(draft.n_living)) return null;
  return {
    way: draft.way as Way,
    visited: draft.visited as SampleAnswer["visited"],
    who: draft.who as SampleAnswer["who"],
    n_living: draft.n_living.trim() ? Number(draft.n_living) : null,
    identity: (draft.identity || null) as SampleAnswer["identity"],
    knows: draft.knows ? draft.knows === "yes" : null,
    contact: (draft.contact || null) as SampleAnswer["contact"],
    fields: Object.fromEntries(Object.entries(draft.fields).filter(([, value]) => value)),
    wanted: draft.wanted.trim(),
  };
}

export const sayTries = (open: OpenDoor): string => {
  const { call, knock } = triesOf(open);
  return `电话 ${call} 次，上门 ${knock} 次，一共最多 ${open.door.tries} 次`;
};
