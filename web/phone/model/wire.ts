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
export interface Building {
  kind: "building";
  id: string;
  estate: string;
  name: string;
  n_floors: number | null;
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
/** A care label in force. */
export interface Care {
  kind: "care";
  id: string;
  person: string;
  category: string;
  interval_days: number;
  last_contact_on: string | null;
  ends_on: string | null;
  due_on: string;
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
/** A question about a fact. `place`: the door it is about, where the entity does not say it. */
export interface Difference {
  kind: "difference";
  id: string;
  entity_kind: string;
  entity: string;
  field: string;
  label: string;
  current: string;
  claimed: string;
  source: string;
  why: string;
  state: string;
  place: string | null;
  by: string;
  note: string;
}
export interface Dwelling {
  kind: "dwelling";
  id: string;
  building: string | null;
  stairwell: string | null;
  floor: number | null;
  room: string;
  address: string;
  order: string;
  vacancy_source: string;
  vacancy_confirmed_on: string | null;
  verified_on: string | null;
  last_contact_on: string | null;
  status: string;
  heads: Record<string, string>;
  usage: string;
  occupancy: string;
  tenure: string;
  area_m2: string | null;
  owner_name: string;
  owner_phone_mask: string;
  extra: Record<string, string | number | null>;
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
/** Found in a care contact and followed until its recipient says that it is met. */
export interface Need {
  kind: "need";
  id: string;
  person: string;
  need: string;
  state: string;
  to: string;
  found_on: string;
  ask_on: string;
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
export interface Organization {
  kind: "organization";
  id: string;
  address: string;
  dwelling: string | null;
  last_contact_on: string | null;
  verified_on: string | null;
  heads: Record<string, string>;
  name: string;
  uscc: string;
  org_kind: string;
  contact_name: string;
  contact_phone_mask: string;
  status: string;
  extra: Record<string, string | number | null>;
}
export interface Person {
  kind: "person";
  id: string;
  id_no_checked_on?: string | null;
  status_pending?: string;
  verified_on?: string | null;
  heads?: Record<string, string>;
  name: string;
  id_no_mask?: string;
  sex?: string;
  born_on?: string | null;
  phone_mask?: string;
  relation?: string;
  registered_address?: string;
  status: string;
  extra?: Record<string, string | number | null>;
  guest?: true;
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
export interface Residence {
  kind: "residence";
  id: string;
  person: string;
  dwelling: string;
  residence_kind: string;
  since: string | null;
}
/** What was said at a door that was drawn; `fields`: field of the dwelling → value; what nobody said is left out. */
export interface SampleAnswer {
  way: "call" | "knock";
  visited: "yes" | "no" | "unknown";
  who: "met" | "another";
  n_living?: number | null;
  identity?: "badge" | "said" | "no" | "unknown" | null;
  knows?: boolean | null;
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
export interface Site {
  kind: "site";
  id: string;
  address: string;
  last_contact_on: string | null;
  verified_on: string | null;
  heads: Record<string, string>;
  name: string;
  site_kind: string;
  contact_name: string;
  contact_phone_mask: string;
  interval_days: number;
  extra: Record<string, string | number | null>;
}
export interface Stairwell {
  kind: "stairwell";
  id: string;
  building: string;
  name: string;
  entrance: string;
}
export interface Target {
  kind: "target";
  id: string;
  place_kind: "dwelling" | "organization" | "site";
  place: string;
  state: string;
  outcome: string;
  n_visits: number;
  bands: string[];
  revisit_at: string | null;
  planned_on: string | null;
  planned_band: string;
  assignee: string | null;
  note: string;
}
/** Returned work that the office has handed to somebody. */
export interface Task {
  kind: "task";
  id: string;
  place_kind: string;
  place: string | null;
  assignee: string | null;
  by: string;
  text: string;
}
export interface Visit {
  kind: "visit";
  id: string;
  place_kind: "dwelling" | "organization" | "site";
  place: string;
  outcome: string;
  at: string;
  n_confirmed: number;
  n_changed: number;
  nth: number;
  waiting?: true;
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
export type Row =
  | Building
  | Stairwell
  | Dwelling
  | Person
  | Residence
  | Organization
  | Site
  | Target
  | Visit
  | Care
  | Need
  | Difference
  | Task;
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
