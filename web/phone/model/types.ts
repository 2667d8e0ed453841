/** Rows as the server sends them (docs/algorithms/sync.md) and the intentions that go back. Numbers arrive masked. */

export type Heads = Record<string, string>;
/** Values of fields that exist for a time, by the id of the field; none is defined yet. */
export type Extra = Record<string, string | number | null>;

interface Base {
  id: string;
}
export interface Building extends Base {
  kind: "building";
  estate: string;
  name: string;
  n_floors: number | null;
}
export interface Stairwell extends Base {
  kind: "stairwell";
  building: string;
  name: string;
  entrance: string;
}
export interface Dwelling extends Base {
  kind: "dwelling";
  building: string | null;
  stairwell: string | null;
  floor: number | null;
  room: string;
  address: string;
  order: string;
  usage: string;
  occupancy: string;
  tenure: string;
  area_m2: string | null;
  owner_name: string;
  owner_phone_mask: string;
  vacancy_source: string;
  vacancy_confirmed_on: string | null;
  verified_on: string | null;
  last_contact_on: string | null;
  status: string;
  heads: Heads;
  extra: Extra;
}
export interface Person extends Base {
  kind: "person";
  name: string;
  status: string;
  guest?: true;
  sex?: string;
  born_on?: string | null;
  id_no_mask?: string;
  phone_mask?: string;
  relation?: string;
  registered_address?: string;
  status_pending?: string;
  verified_on?: string | null;
  heads?: Heads;
  extra?: Extra;
}
export interface Residence extends Base {
  kind: "residence";
  person: string;
  dwelling: string;
  residence_kind: string;
  since: string | null;
}
export interface Organization extends Base {
  kind: "organization";
  name: string;
  uscc: string;
  org_kind: string;
  status: string;
  address: string;
  dwelling: string | null;
  contact_name: string;
  contact_phone_mask: string;
  last_contact_on: string | null;
  verified_on: string | null;
  heads: Heads;
  extra: Extra;
}
export interface Site extends Base {
  kind: "site";
  name: string;
  site_kind: string;
  address: string;
  contact_name: string;
  contact_phone_mask: string;
  interval_days: number;
  last_contact_on: string | null;
  verified_on: string | null;
  heads: Heads;
  extra: Extra;
}
export interface Care extends Base {
  kind: "care";
  person: string;
  category: string;
  interval_days: number;
  last_contact_on: string | null;
  ends_on: string | null;
  due_on: string;
}
/** Found in a care contact and followed until its recipient says that it is met. */
export interface Need extends Base {
  kind: "need";
  person: string;
  need: string;
  state: string;
  to: string;
  found_on: string;
  ask_on: string;
}
export interface Target extends Base {
  kind: "target";
  place_kind: PlaceKind;
  place: string;
  state: string;
  outcome: string;
  n_visits: number;
  bands: string[];
  last_visit_at: string | null;
  revisit_at: string | null;
  planned_on: string | null;
  planned_band: string;
  assignee: string | null;
  note: string;
}
export interface Visit extends Base {
  kind: "visit";
  place_kind: PlaceKind;
  place: string;
  outcome: string;
  at: string;
  worker: string | null;
  worker_name: string;
  n_confirmed: number;
  n_changed: number;
  waiting?: true;
}
export interface Difference extends Base {
  kind: "difference";
  entity_kind: string;
  entity: string;
  field: string;
  label: string;
  current: string;
  claimed: string;
  source: string;
  why: string;
  state: string;
  /** The door it is about where the entity does not say it (somebody found at another door). */
  place: string | null;
  /** Who sent it to the door, and what they want to know; empty unless ``state`` is to_door. */
  by: string;
  note: string;
}
export interface Task extends Base {
  kind: "task";
  place_kind: string;
  place: string | null;
  assignee: string | null;
  by: string;
  text: string;
}
export type Row =
  | Building
  | Stairwell
  | Dwelling
  | Person
  | Residence
  | Organization
  | Site
  | Care
  | Need
  | Target
  | Visit
  | Difference
  | Task;
export type PlaceKind = "dwelling" | "organization" | "site";

/** A fact as an author states it: `p` is the op whose write they saw, null where the field was empty. */
export type Fact = { p: string | null; v: string | number | null };
export type Facts = Record<string, Fact>;

export interface Arrival {
  id: string;
  values: Record<string, string>;
  residence_kind: string;
}
export interface Edit {
  kind: string;
  entity: string;
  set: Facts;
  extra?: Facts;
}
/** What a care contact brought: a need, what was done or whom it was handed to, and answers to needs found before. */
export interface Contact {
  person: string;
  need: string;
  help: string;
  to?: string;
  asked?: { need: string; settled: boolean }[];
}
export interface VisitData {
  outcome: string;
  met_adult: boolean;
  second_source?: string;
  revisit_at?: string;
  confirmed: string[];
  arrivals: Arrival[];
  departures: string[];
  ends: { person: string; end: string }[];
  care: Contact[];
  note?: { kind: "hazard" | "request"; text: string };
  edits: Edit[];
}
export type Verb =
  | "visit.record"
  | "fact.set"
  | "person.add"
  | "residence.end"
  | "person.end"
  | "visit.withdraw"
  | "task.hand_back"
  | "matter.note";

export interface Op {
  op: string;
  seq: number;
  verb: Verb;
  kind: string;
  entity: string;
  set: Facts;
  extra?: Facts;
  data: Record<string, unknown>;
  at: string;
  mono: number;
  version: 1;
  att: string[];
}

/** What the server said of an op. */
export interface Verdict {
  state: "accepted" | "difference" | "returned";
  reason: string;
  text: string;
  differences: { field: string; id: string }[];
}
export interface Kept {
  op: Op;
  verdict: Verdict | null;
  /** When the server first acknowledged it, ms; kept 30 days from then. */
  acked: number | null;
}

export interface User {
  id: string;
  name: string;
  role: string;
  community: string;
  grids: { code: string; name: string }[];
  badge: { photo?: string | null; number: string };
}
export interface Campaign {
  id: string;
  name: string;
  starts_on: string;
  ends_on: string;
  max_visits: number;
  quiet: [string, string];
}
export interface GridCache {
  grid: string;
  version: number;
  hash: string;
  rows: Row[];
}
