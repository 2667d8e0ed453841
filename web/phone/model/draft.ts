/** A visit being made: what has been typed so far, and the op it becomes. */
import { headOf, type Book, type Place } from "./book";
import { settles } from "./outcomes";
import type { Arrival, Contact, Facts, Heads, Op, Person, PlaceKind, Residence, VisitData } from "./types";
import { uuid7 } from "./uuid7";
import { HEAD } from "./words";

/** Of one care recipient: a need found now, and by id what they say of needs found before. */
export interface Said {
  need: string;
  help: string;
  to?: string;
  asked?: Record<string, boolean>;
}

export interface Draft {
  /** The id of the op to come, given at the first touch: saved twice, it is still one visit. */
  op: string;
  kind: PlaceKind;
  place: string;
  set: Facts;
  edits: Record<string, Facts>;
  arrivals: Arrival[];
  departures: string[];
  ends: Record<string, string>;
  care: Record<string, Said>;
  note: { kind: "hazard" | "request"; text: string } | null;
  photos: string[];
  /** Somebody being typed in; not part of the visit until added. */
  adding: Arrival | null;
}

export function blank(kind: PlaceKind, place: string): Draft {
  return {
    op: uuid7(),
    kind,
    place,
    set: {},
    edits: {},
    arrivals: [],
    departures: [],
    ends: {},
    care: {},
    note: null,
    photos: [],
    adding: null,
  };
}

export function isDirty(draft: Draft): boolean {
  return (
    countChanges(draft) > 0 ||
    Object.keys(draft.care).length > 0 ||
    !!draft.note?.text ||
    draft.photos.length > 0 ||
    draft.adding !== null
  );
}

export function countChanges(draft: Draft): number {
  const edits = Object.values(draft.edits).reduce((n, facts) => n + Object.keys(facts).length, 0);
  return (
    Object.keys(draft.set).length +
    edits +
    draft.arrivals.length +
    draft.departures.length +
    Object.keys(draft.ends).length
  );
}

/** Notes a value over a field of a row. The head is the one seen at the first touch; an unchanged value is no fact. */
export function state(facts: Facts, row: { heads?: Heads }, field: string, was: string, now: string): Facts {
  const { [field]: before, ...rest } = facts;
  if (now === was) return rest;
  return { ...rest, [field]: { p: before ? before.p : headOf(row, field), v: now === "" ? null : now } };
}

export interface Household {
  here: { person: Person; link: Residence }[];
  elsewhere: { person: Person; link: Residence }[];
  awaited: readonly Arrival[];
}

/** Who lives at a door, and who is registered there and lives elsewhere; heads of household first. */
export function household(book: Book, dwelling: string): Household {
  const found: Household = { here: [], elsewhere: [], awaited: book.awaited.get(dwelling) ?? [] };
  for (const link of book.living.get(dwelling) ?? []) {
    const person = book.persons.get(link.person);
    if (!person) continue;
    (link.residence_kind === "registered_here" ? found.elsewhere : found.here).push({ person, link });
  }
  const rank = ({ person }: { person: Person }) =>
    (person.relation === HEAD ? "0" : "1") + (person.born_on ?? "9") + person.id;
  found.here.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  found.elsewhere.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return found;
}

/** Whom a visit confirms: everybody of the door who has neither gone nor come just now. */
export function confirmed(book: Book, draft: Draft): string[] {
  if (draft.kind !== "dwelling") return [];
  const { here, elsewhere } = household(book, draft.place);
  return [...here, ...elsewhere]
    .map(({ person }) => person.id)
    .filter((id) => !draft.departures.includes(id) && !(id in draft.ends));
}

/** Care contacts made by seeing the household: those who live there and are cared for, with what was said of needs. */
export function contacts(book: Book, draft: Draft): Contact[] {
  if (draft.kind !== "dwelling") return [];
  const gone = new Set([...draft.departures, ...Object.keys(draft.ends)]);
  return household(book, draft.place)
    .here.filter(({ person }) => (book.care.has(person.id) || book.needs.has(person.id)) && !gone.has(person.id))
    .map(({ person }) => contact(person.id, draft.care[person.id] ?? { need: "", help: "none" }));
}

function contact(person: string, { need, help, to, asked }: Said): Contact {
  const answers = Object.entries(asked ?? {}).map(([one, settled]) => ({ need: one, settled }));
  return {
    person,
    need,
    help,
    ...(help === "referred" && to ? { to } : {}),
    ...(answers.length ? { asked: answers } : {}),
  };
}

/** Notes what a recipient says of a need found before; the same answer again takes it back. */
export function answer(said: Said | undefined, need: string, settled: boolean): Said {
  const { asked = {}, ...rest } = said ?? { need: "", help: "none" };
  const { [need]: before, ...others } = asked;
  return { ...rest, asked: before === settled ? others : { ...others, [need]: settled } };
}

export interface Outcome {
  outcome: string;
  second_source?: string;
  revisit_at?: string;
}

/** The op a draft becomes. `seq` is given by the outbox; `at` and `mono` are hints and order nothing. */
export function toOp(book: Book, draft: Draft, said: Outcome, when: { at: Date; mono: number; seq: number }): Op {
  const way = settles(said.outcome);
  const seen = way === "at_once" || way === "after_a_knock";
  const data: VisitData = {
    outcome: said.outcome,
    met_adult: way === "at_once",
    confirmed: seen ? confirmed(book, draft) : [],
    arrivals: draft.arrivals,
    departures: draft.departures,
    ends: Object.entries(draft.ends).map(([person, end]) => ({ person, end })),
    care: seen ? contacts(book, draft) : [],
    edits: Object.entries(draft.edits)
      .filter(([, set]) => Object.keys(set).length)
      .map(([entity, set]) => ({ kind: "person", entity, set })),
  };
  if (said.second_source) data.second_source = said.second_source;
  if (said.revisit_at) data.revisit_at = said.revisit_at;
  if (draft.note?.text.trim()) data.note = { kind: draft.note.kind, text: draft.note.text.trim() };
  return {
    op: draft.op,
    seq: when.seq,
    verb: "visit.record",
    kind: draft.kind,
    entity: draft.place,
    set: draft.set,
    data: data as unknown as Record<string, unknown>,
    at: when.at.toISOString(),
    mono: Math.round(when.mono),
    version: 1,
    att: draft.note?.text.trim() ? draft.photos : [],
  };
}

export function placeOf(book: Book, id: string): Place | undefined {
  return book.dwellings.get(id) ?? book.organizations.get(id) ?? book.sites.get(id);
}
