/** The book of my grids: pulled rows, with what this phone wrote since laid over them, indexed for the screens. */
import { keyOf, SEALED } from "./fields";
import { awaitedOf, isWaiting, type Outbox } from "./outbox";
import type {
  Arrival,
  Building,
  Care,
  Difference,
  Dwelling,
  Facts,
  GridCache,
  Heads,
  Kept,
  Need,
  Op,
  Organization,
  Person,
  Post,
  Residence,
  Row,
  Site,
  Stairwell,
  Target,
  Task,
  Visit,
  VisitData,
} from "./types";
import { isAbsence, isKnock, settles } from "./outcomes";
import { CITIZENS, split } from "./papers";
import { dayOf, tried } from "./time";

export type Place = Dwelling | Organization | Site;

export interface Book {
  dwellings: Map<string, Dwelling>;
  organizations: Map<string, Organization>;
  sites: Map<string, Site>;
  buildings: Map<string, Building>;
  stairwells: Map<string, Stairwell>;
  persons: Map<string, Person>;
  /** Residences by dwelling. */
  living: Map<string, Residence[]>;
  /** Care labels by person. */
  care: Map<string, Care[]>;
  /** Needs that are followed, by person. */
  needs: Map<string, Need[]>;
  /** Targets and visits by place; visits newest first. */
  targets: Map<string, Target>;
  visits: Map<string, Visit[]>;
  /** Who came to a door and is no row yet: another side has to give them away first. By dwelling. */
  awaited: Map<string, Arrival[]>;
  /** Differences by entity, those about a door by the door. */
  differences: Map<string, Difference[]>;
  tasks: Task[];
  gridOf: Map<string, string>;
  /** Who is in post today, by grid; and what people are called, by id. */
  posts: Map<string, Post[]>;
  names: Map<string, string>;
}

/** Who is in post in my grids, and the names of those whom rows mention. */
export interface People {
  posts: readonly Post[];
  users: Record<string, string>;
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const found = map.get(key);
  if (found) found.push(value);
  else map.set(key, [value]);
}

/** Of an ID number the area, or the paper where it is no citizen's card, of a telephone the last four, as the server
 * masks them (red line 4). */
export function mask(field: string, value: string): string {
  if (field === "id_no") {
    const { paper, number } = split(value);
    const area = number.length >= 15 ? number.slice(0, 6) : "";
    return (paper === CITIZENS ? area : `${paper} `) + "*".repeat(12);
  }
  return "*".repeat(7) + (value.length >= 7 ? value.slice(-4) : "");
}

/** Builds the book from the rows and the ops they do not hold yet. `from`: the first number unseen by the last pull. */
export function build(
  grids: readonly GridCache[],
  box: Outbox,
  from: number,
  people: People = { posts: [], users: {} },
): Book {
  const book: Book = {
    dwellings: new Map(),
    organizations: new Map(),
    sites: new Map(),
    buildings: new Map(),
    stairwells: new Map(),
    persons: new Map(),
    living: new Map(),
    care: new Map(),
    needs: new Map(),
    targets: new Map(),
    visits: new Map(),
    awaited: new Map(),
    differences: new Map(),
    tasks: [],
    gridOf: new Map(),
    posts: new Map(),
    names: new Map([...Object.entries(people.users), ...people.posts.map((post) => [post.user, post.name] as const)]),
  };
  for (const post of people.posts) push(book.posts, post.grid, post);
  for (const grid of grids) {
    const own = new Set(grid.own ?? []);
    for (const row of grid.rows) add(book, row, grid.grid, own);
  }
  for (const visits of book.visits.values()) visits.sort((a, b) => (isLater(a, b) ? -1 : 1));
  for (const kept of box.ops) {
    expect(book, kept);
    if (kept.op.seq < from && !isWaiting(box, kept)) continue;
    if (kept.verdict?.state === "returned" && !isWaiting(box, kept)) continue;
    lay(book, kept.op, kept.verdict?.state === "difference", awaitedOf(kept));
  }
  return book;
}

/** Of two visits of one time band the number at the door says which was later. */
const isLater = (a: Visit, b: Visit) => (a.at === b.at ? a.nth > b.nth : a.at > b.at);

function add(book: Book, row: Row, grid: string, own: ReadonlySet<string>): void {
  switch (row.kind) {
    case "dwelling":
      book.dwellings.set(row.id, row);
      book.gridOf.set(row.id, grid);
      break;
    case "organization":
      book.organizations.set(row.id, row);
      book.gridOf.set(row.id, grid);
      break;
    case "site":
      book.sites.set(row.id, row);
      book.gridOf.set(row.id, grid);
      break;
    case "building":
      book.buildings.set(row.id, row);
      break;
    case "stairwell":
      book.stairwells.set(row.id, row);
      break;
    case "person":
      if (!row.guest || !book.persons.has(row.id)) book.persons.set(row.id, row);
      break;
    case "residence":
      push(book.living, row.dwelling, row);
      break;
    case "care":
      push(book.care, row.person, row);
      break;
    case "need":
      push(book.needs, row.person, row);
      break;
    case "target":
      book.targets.set(row.place, row);
      break;
    case "visit":
      push(book.visits, row.place, { ...row, own: own.has(row.id) });
      break;
    case "difference":
      push(book.differences, row.place ?? row.entity, row);
      break;
    case "task":
      book.tasks.push(row);
      break;
  }
}

/** Lays one of my own ops over the rows: what I wrote is what I see next, before and after it is sent. */
function expect(book: Book, kept: Kept): void {
  const awaited = awaitedOf(kept);
  if (!awaited.length) return;
  for (const arrival of (kept.op.data as unknown as VisitData).arrivals)
    if (awaited.includes(arrival.id)) push(book.awaited, kept.op.entity, arrival);
}

function lay(book: Book, op: Op, differs: boolean, awaited: readonly string[]): void {
  if (op.verb === "fact.set" && !differs) write(book, op.kind, op.entity, op.set, op.op);
  if (op.verb === "task.hand_back") {
    const target = [...book.targets.values()].find((one) => one.id === op.entity);
    if (target)
      book.targets.set(target.place, { ...target, assignee: null, note: `退回：${String(op.data.reason ?? "")}` });
  }
  if (op.verb === "visit.withdraw") {
    for (const [place, visits] of book.visits)
      book.visits.set(
        place,
        visits.filter((visit) => visit.id !== op.entity),
      );
  }
  if (op.verb !== "visit.record") return;
  const data = op.data as unknown as VisitData;
  if (!differs) {
    write(book, op.kind, op.entity, op.set, op.op);
    for (const edit of data.edits) write(book, edit.kind, edit.entity, edit.set, op.op);
  }
  const day = dayOf(Date.parse(op.at));
  for (const arrival of data.arrivals) {
    if (awaited.includes(arrival.id)) continue;
    const values = arrival.values;
    const heads = Object.fromEntries(Object.keys(values).map((field) => [field, op.op]));
    book.persons.set(arrival.id, {
      kind: "person",
      id: arrival.id,
      name: values.name ?? "",
      status: "active",
      sex: values.sex ?? "",
      born_on: values.born_on ?? null,
      id_no_mask: values.id_no ? mask("id_no", values.id_no) : "",
      phone_mask: values.phone ? mask("phone", values.phone) : "",
      relation: values.relation ?? "",
      registered_address: "",
      status_pending: "",
      verified_on: day,
      heads,
      extra: {},
    });
    const link: Residence = {
      kind: "residence",
      id: arrival.id,
      person: arrival.id,
      dwelling: op.entity,
      residence_kind: arrival.residence_kind,
      since: day,
    };
    if (!(book.living.get(op.entity) ?? []).some((one) => one.person === arrival.id))
      push(book.living, op.entity, link);
  }
  const gone = new Set(data.departures);
  const living = book.living.get(op.entity);
  if (living && gone.size)
    book.living.set(
      op.entity,
      living.filter((one) => !gone.has(one.id) && !gone.has(one.person)),
    );
  for (const id of data.confirmed) {
    const person = book.persons.get(id);
    if (person && !person.guest) book.persons.set(id, { ...person, verified_on: day });
  }
  for (const { person: id, end } of data.ends) {
    const person = book.persons.get(id);
    if (person) book.persons.set(id, { ...person, status_pending: end });
  }
  for (const contact of data.care) {
    const labels = book.care.get(contact.person);
    if (labels)
      book.care.set(
        contact.person,
        labels.map((label) => ({ ...label, last_contact_on: day, due_on: later(day, label.interval_days) })),
      );
    const settled = new Set((contact.asked ?? []).filter((one) => one.settled).map((one) => one.need));
    const left = (book.needs.get(contact.person) ?? []).filter((one) => !settled.has(one.id));
    if (left.length) book.needs.set(contact.person, left);
    else book.needs.delete(contact.person);
  }
  const before = (book.visits.get(op.entity) ?? []).filter((one) => one.id !== op.op);
  const visit: Visit = {
    kind: "visit",
    id: op.op,
    place_kind: op.kind as Visit["place_kind"],
    place: op.entity,
    outcome: data.outcome,
    at: op.at,
    nth: Math.max(0, ...before.map((one) => one.nth)) + 1,
    own: true,
    n_confirmed: data.confirmed.length,
    n_changed: changes(op.set, data),
  };
  book.visits.set(op.entity, [visit, ...before]);
  const target = book.targets.get(op.entity);
  if (target) book.targets.set(op.entity, settled(target, data, Date.parse(op.at), before));
}

export function changes(set: Facts, data: VisitData): number {
  const edits = data.edits.reduce((n, edit) => n + Object.keys(edit.set).length, 0);
  return Object.keys(set).length + edits + data.arrivals.length + data.departures.length + data.ends.length;
}

function later(day: string, n: number): string {
  return dayOf(Date.parse(`${day}T00:00:00+08:00`) + n * 86400000);
}

/** A door stands as the strongest that was said of it. */
const STRENGTH = ["remaining", "explained", "pending", "visited"];

/** How a door stands after a visit, as far as the phone can tell; the server's word replaces it with the next pull. */
function settled(target: Target, data: VisitData, at: number, before: readonly Visit[]): Target {
  const way = settles(data.outcome);
  const visited =
    way === "at_once" ||
    (way === "after_a_knock" && before.some((visit) => isKnock(visit.outcome))) ||
    (way === "by_second_source" && !!data.second_source && data.second_source !== "other_worker");
  const knocks = [...before.filter((visit) => isAbsence(visit.outcome)).map((visit) => Date.parse(visit.at)), at];
  const explained = way === "as_explained" || (way === "when_repeated" && tried(knocks).enough);
  const now = visited ? "visited" : way === "after_recheck" ? "pending" : explained ? "explained" : "remaining";
  const state = STRENGTH.indexOf(now) > STRENGTH.indexOf(target.state) ? now : target.state;
  return {
    ...target,
    state,
    outcome: data.outcome,
    n_visits: target.n_visits + 1,
    revisit_at: data.revisit_at ?? null,
  };
}

function write(book: Book, kind: string, entity: string, set: Facts, op: string): void {
  const table: Map<string, unknown> | undefined = {
    dwelling: book.dwellings,
    person: book.persons,
    organization: book.organizations,
    site: book.sites,
  }[kind] as Map<string, unknown> | undefined;
  const row = table?.get(entity) as (Record<string, unknown> & { heads?: Heads }) | undefined;
  if (!table || !row) return;
  const changed: Record<string, unknown> & { heads?: Heads } = { ...row, heads: { ...row.heads } };
  for (const [field, fact] of Object.entries(set)) {
    if (field === "id_no" && row.id_no_mask) continue; // typed from a card: compared by the server, written by nobody
    changed[keyOf(field)] = SEALED.has(field) ? mask(field, String(fact.v ?? "")) : fact.v;
    changed.heads![field] = op;
  }
  table.set(entity, changed);
}

/** The head an author saw for a field: the op whose write stands there, null where nobody has said it. */
export function headOf(row: { heads?: Heads }, field: string): string | null {
  return row.heads?.[field] ?? null;
}
