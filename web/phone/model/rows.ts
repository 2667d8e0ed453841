/** What phone and server send each other. Rendered; write it anew: python -m gridwalk.phone */

export interface Building {
  kind: "building";
  id: string;
  estate: string;
  name: string;
  n_floors: number | null;
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
export interface Residence {
  kind: "residence";
  id: string;
  person: string;
  dwelling: string;
  residence_kind: string;
  since: string | null;
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
