/** What phone and server send each other. Rendered; write it anew: python -m gridwalk.phone */

/** Of a need found before: whether its recipient says it is met. */
export interface Answer {
  need: string;
  settled: boolean;
}
/** Somebody found living at the door; their id is the phone's. */
export interface Arrival {
  id: string;
  values: Record<string, string>;
  residence_kind: string;
}
/** What a worker shows at the door; `photo`: a data URI. */
export interface Badge {
  photo?: string | null;
  number: string;
}
/** The campaign that a grid's phones walk for, and its rules. */
export interface Campaign {
  id: string;
  name: string;
  starts_on: string;
  ends_on: string;
  max_visits: number;
  quiet: [string, string];
  paused: string;
}
/** A care contact: a need, what was done or whom it was handed to, and answers to needs found before. */
export interface Contact {
  person: string;
  need: string;
  help: string;
  to?: string;
  by?: string | null;
  asked?: Answer[];
}
/** Facts about one record of the household. */
export interface Edit {
  kind: string;
  entity: string;
  set: Record<string, Fact>;
  extra?: Record<string, Fact>;
}
/** Nothing besides the op itself. */
export type Empty = object;
/** Somebody is to be ended; a second person decides. */
export interface End {
  person: string;
  end: string;
}
/** A value and the op of the write its author saw (null: the field was empty). */
export interface Fact {
  p: string | null;
  v: string | number | null;
}
/** A grid by its code. */
export interface GridName {
  code: string;
  name: string;
}
/** The target given back; without it the op's entity. */
export interface HandBack {
  reason: string;
  target: string | null;
}
/** A matter that stands in a grid of the worker's. `place`: the door it is about. */
export interface Matter {
  id: string;
  number: string;
  mark: string;
  label: string;
  title: string;
  text: string;
  stage: string;
  stage_label: string;
  due_on: string;
  pressed: boolean;
  place: string | null;
  outside: string;
  acts: MatterAction[];
  lines: MatterLine[];
}
/** What is done about a matter, in words; `outside`: the unit it is passed on to, with its number there. */
export interface MatterAct {
  act: "handed_in" | "noted" | "passed_on" | "came_back";
  text: string;
  outside?: string;
  outside_number?: string;
}
/** What may be done about a matter now, and what has to be written with it. */
export interface MatterAction {
  act: string;
  label: string;
  needs: string;
}
/** What was done about a matter; `id` is the op's, where a phone said it. */
export interface MatterLine {
  id: string;
  label: string;
  text: string;
  at: string;
}
/** Somebody to be registered at a dwelling; the op's entity is their id. */
export interface NewPerson {
  dwelling: string | null;
  values: Record<string, string>;
  residence_kind: string;
}
/** A hazard or a request. */
export interface Note {
  kind: "hazard" | "request";
  text: string;
}
/** What the worker was told, by account or by post; it holds nothing of a resident. */
export interface Notice {
  id: string;
  text: string;
  by: string;
  at: string;
  read: boolean;
}
/** An intention. */
export interface Op {
  op: string;
  seq: number;
  verb: Verb;
  kind: string;
  entity: string;
  set: Record<string, Fact>;
  extra?: Record<string, Fact>;
  data: Record<string, unknown>;
  at: string;
  mono: number;
  version: number;
  att: string[];
}
/** How somebody is to be ended, and why. */
export interface PersonEnd {
  end: string;
  reason: string;
}
/** Who visits the doors of a grid today: its responsible person, another one, or there for the days of whom they */
export interface Post {
  grid: string;
  user: string;
  name: string;
  responsible: boolean;
  covers: string | null;
}
/** Why. */
export interface Reason {
  reason: string;
}
/** What was said at a door that was drawn, by what was asked; `fields`: field of the dwelling → value. */
export interface SampleAnswer {
  way: "call" | "knock";
  visited: "yes" | "no" | "unknown";
  who: "met" | "another";
  n_living?: number | null;
  identity?: "badge" | "said" | "no" | "unknown" | null;
  knows?: boolean | null;
  contact?: "week" | "fortnight" | "month" | "two_months" | "quarter" | "earlier" | "unknown" | null;
  fields?: Record<string, string>;
  wanted?: string;
}
/** A call or a knock at a door that was drawn which brought no answer. */
export interface SampleApproach {
  way: "call" | "knock";
  outcome: "nobody" | "refused" | "opted_out";
}
/** A door that was drawn and is open, in the walk; nothing recorded goes along. */
export interface SampledDoor {
  id: string;
  address: string;
  kind: string;
  since: string;
  from_on: string;
  until_on: string;
  quiet: [string, string];
  n_phones: number;
  n_calls: number;
  n_dialled: number;
  n_knocks: number;
  most_knocks: number;
  tries: number;
  why_not: string;
  is_barred: boolean;
}
/** A visit with its whole household. */
export interface VisitData {
  outcome: string;
  met_adult: boolean;
  second_source?: string;
  revisit_at?: string;
  confirmed: string[];
  arrivals: Arrival[];
  departures: string[];
  ends: End[];
  care: Contact[];
  edits: Edit[];
  note?: Note | null;
}
/** Whose phone it is; `asks`: whether they ask again at doors that were drawn; `desk`: where residents reach the */
export interface Worker {
  id: string;
  name: string;
  role: string;
  community: string;
  asks: boolean;
  grids: GridName[];
  badge: Badge;
  desk: string;
  operator: string;
  filing_number: string;
}
export type Verb =
  | "visit.record"
  | "fact.set"
  | "person.add"
  | "residence.end"
  | "person.end"
  | "visit.withdraw"
  | "task.hand_back"
  | "matter.note"
  | "matter.act"
  | "sample.answer"
  | "sample.approach"
  | "sample.leave";
/** What each verb carries in `data`. */
export interface Bodies {
  "visit.record": VisitData;
  "fact.set": Empty;
  "person.add": NewPerson;
  "residence.end": Empty;
  "person.end": PersonEnd;
  "visit.withdraw": Reason;
  "task.hand_back": HandBack;
  "matter.note": Note;
  "matter.act": MatterAct;
  "sample.answer": SampleAnswer;
  "sample.approach": SampleApproach;
  "sample.leave": Empty;
}
