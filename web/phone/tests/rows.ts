/** Rows of a small grid and ops on them, for tests worked by hand. */
import { build, type Book } from "../model/book";
import { toOp, type Draft, type Outcome } from "../model/draft";
import { empty, reduce, type Outbox } from "../model/outbox";
import type { GridCache, Op, Row, Target, User, Visit } from "../model/types";

export const NOW = Date.parse("2026-11-23T10:00:00+08:00"); // a Monday
export const WHEN = { at: new Date(NOW), mono: 3.6, seq: 1 };
export const ME: User = {
  id: "me",
  name: "沈若溪",
  role: "网格员",
  asks: false,
  community: "",
  grids: [
    { code: "g1", name: "第一网格" },
    { code: "g2", name: "第二网格" },
  ],
  badge: { number: "1" },
  desk: "",
  operator: "",
  filing_number: "",
};
export const NAMES = { g1: "第一网格", g2: "第二网格" };

export const dwelling = (id: string, more: object = {}): Row =>
  ({
    kind: "dwelling",
    id,
    building: "b",
    stairwell: "s",
    floor: 1,
    room: id,
    address: "",
    order: id,
    usage: "residential",
    occupancy: "occupied",
    tenure: "owner",
    owner_name: "",
    vacancy_confirmed_on: null,
    heads: {},
    ...more,
  }) as Row;
export const person = (id: string, more: object = {}): Row =>
  ({
    kind: "person",
    id,
    name: `姓名${id}`,
    status: "active",
    relation: "97",
    born_on: null,
    verified_on: null,
    heads: {},
    ...more,
  }) as Row;
export const lives = (who: string, residence_kind = "lives_here", where = "d1"): Row => ({
  kind: "residence",
  id: `link-${who}`,
  person: who,
  dwelling: where,
  residence_kind,
  since: null,
});
export const target = (place: string, more: Partial<Target> = {}): Target => ({
  kind: "target",
  id: `target-${place}`,
  place_kind: "dwelling",
  place,
  state: "remaining",
  outcome: "",
  n_visits: 0,
  bands: [],
  revisit_at: null,
  planned_on: null,
  planned_band: "",
  assignee: "me",
  note: "",
  ...more,
});
export const visited = (place: string, outcome: string, at: string, id = "v"): Visit => ({
  kind: "visit",
  id,
  place_kind: "dwelling",
  place,
  outcome,
  at,
  nth: 1,
  own: true,
  n_confirmed: 0,
  n_changed: 0,
});
export const care = (who: string): Row => ({
  kind: "care",
  id: `care-${who}`,
  person: who,
  category: "living_alone",
  interval_days: 30,
  last_contact_on: "2026-10-01",
  ends_on: null,
  due_on: "2026-10-31",
});
export const need = (id: string, who: string): Row => ({
  kind: "need",
  id,
  person: who,
  need: "medical",
  state: "open",
  to: "",
  found_on: "2026-11-01",
  ask_on: "2026-11-08",
});
export const HOUSE: Row[] = [
  dwelling("d1"),
  person("p1", { relation: "02", born_on: "1980-01-01" }),
  person("p2", { born_on: "1982-05-05" }),
  person("p3", { born_on: "1950-02-02" }),
  lives("p1"),
  lives("p2"),
  lives("p3"),
  care("p1"),
  care("p3"),
  need("n1", "p1"),
  need("n2", "p1"),
  target("d1"),
];
export const bookOf = (rows: Row[], ...ops: Op[]): Book => {
  const grid: GridCache = {
    grid: "g1",
    version: 1,
    hash: "",
    rows,
    own: rows.filter((row) => "own" in row && row.own).map((row) => row.id),
  };
  const box = ops.reduce<Outbox>((before, op) => reduce(before, { type: "finished", op }), empty("a", 1, 1));
  return build([grid], box, 1);
};
export const opOf = (rows: Row[], draft: Draft, said: Outcome, seq = 1): Op =>
  toOp(bookOf(rows), draft, said, { ...WHEN, seq });
export const other = (verb: Op["verb"], entity: string, more: Partial<Op> = {}): Op => ({
  op: "o",
  seq: 1,
  verb,
  kind: "dwelling",
  entity,
  set: {},
  data: {},
  at: WHEN.at.toISOString(),
  mono: 1,
  version: 1,
  att: [],
  ...more,
});
