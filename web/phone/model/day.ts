/** The worker's day: doors in walking order, what is due, how far it is. */
import type { Book } from "./book";
import { household } from "./draft";
import { isAbsence, isLater as isPutOff, isSpoken } from "./outcomes";
import { addDays, bandOf, dayOf, sayMoment, sayDay } from "./time";
import type { Difference, Dwelling, GridCache, PlaceKind, Target, Visit } from "./types";
import { GIVEN_BACK, isAway, sayWhose, whose } from "./whose";
import { say } from "./words";

export interface Mark {
  char: string;
  look: "v" | "e" | "n" | "z" | "k" | "q";
  name: string;
}
export interface Door {
  id: string;
  kind: PlaceKind;
  room: string;
  floor: number | null;
  what: string;
  note: string;
  tags: string[];
  mark: Mark;
  left: boolean;
  /** Left, but not now: agreed for another hour, or somebody was there today. */
  later: boolean;
  filters: Filter[];
  revisit: number | null;
  find: string;
}
export interface Group {
  key: string;
  title: string;
  /** The grid's name, where it begins. */
  area: string;
  doors: Door[];
}
export const FILTERS = {
  left: "待走",
  agreed: "约好",
  absent: "上次无人",
  covered: "代班",
  nobodys: "没人负责",
  vacant: "空房",
  let: "出租",
  care: "关爱",
  ask: "要问",
} as const;
export type Filter = keyof typeof FILTERS;

/** How many of each kind: doors, shops and sites are never added up. */
export type ByKind = Record<PlaceKind, number>;
const UNITS: Record<PlaceKind, string> = { dwelling: "户", organization: "家", site: "处" };
const none = (): ByKind => ({ dwelling: 0, organization: 0, site: 0 });
const KINDS = Object.keys(UNITS) as PlaceKind[];

export function byKind(doors: readonly Door[]): ByKind {
  const count = none();
  for (const door of doors) count[door.kind]++;
  return count;
}

/** What stands in a group of places of one kind is counted in: 户, 家, 处. */
export const unitOf = (kind: PlaceKind): string => UNITS[kind];

/** Unlike things beside each other: 3 户、1 家; of none 0 户. */
export function sayByKind(count: ByKind): string {
  const told = KINDS.filter((kind) => count[kind] > 0);
  return (told.length ? told : [KINDS[0]!]).map((kind) => `${count[kind]} ${UNITS[kind]}`).join("、");
}

export interface Day {
  groups: Group[];
  count: Record<Filter, ByKind>;
  /** Mine seen to today, and what is planned for today (0: nothing was planned by day). */
  done: ByKind;
  planned: ByKind;
  /** Of all doors of my grids. */
  visited: number;
  explained: number;
  pending: number;
  dispatched: boolean;
  total: number;
  /** Doors to walk that are not mine: in which grid, whose, how many. */
  away: { area: string; whose: string; n: number }[];
}

const SETTLED = ["visited", "explained", "pending"];

/** What differs at a door: of the place itself and of whoever lives or is registered there. */
export function differencesAt(book: Book, id: string): Difference[] {
  const { here, elsewhere } = household(book, id);
  return [id, ...[...here, ...elsewhere].map(({ person }) => person.id)].flatMap(
    (one) => book.differences.get(one) ?? [],
  );
}
/** Sent to the door by the office: something to ask when one is there. */
export const isAsked = (one: Difference): boolean => one.state === "to_door";

export function markOf(target: Target | undefined, differences: number, vacant: boolean, now: number): Mark {
  if (differences) return { char: "异", look: "z", name: `${differences} 处差异待定` };
  if (target?.state === "visited") {
    const empty = target.outcome === "vacant_confirmed";
    return {
      char: say("outcome_mark", target.outcome) || "访",
      look: empty ? "k" : "v",
      name: `已走访，${say("outcome", target.outcome)}`,
    };
  }
  if (target?.state === "explained")
    return {
      char: say("outcome_mark", target.outcome) || "说",
      look: "e",
      name: `已登记原因，${say("outcome", target.outcome)}`,
    };
  if (target?.state === "pending")
    return { char: say("outcome_mark", target.outcome) || "核", look: "n", name: "待另一人复核" };
  if (target && isSpoken(target.outcome) && keeps(target, now)) return { char: "约", look: "q", name: "约好再来" };
  if (target?.n_visits)
    return {
      char: (!isPutOff(target.outcome) && say("outcome_mark", target.outcome)) || "无",
      look: "n",
      name: `去过，${say("outcome", target.outcome)}`,
    };
  if (vacant) return { char: "空", look: "k", name: "登记为空房，还没核实" };
  return { char: "未", look: "n", name: "还没去过" };
}

const ORDER = ["morning", "afternoon", "evening", "weekend"];

/** The first band nobody has tried. */
export function untried(bands: readonly string[]): string {
  return ORDER.find((band) => !bands.includes(band)) ?? "";
}

function lastSaid(visit: Visit | undefined, target: Target | undefined, today: string): string {
  if (!visit) return "还没去过";
  const when = sayDay(dayOf(Date.parse(visit.at)), today);
  if (visit.waiting) return `${when}有一条退回待处理`;
  const band = say("band", bandOf(Date.parse(visit.at)));
  const said = `${when}${band}${say("outcome", visit.outcome)}`;
  const next =
    target && !SETTLED.includes(target.state) ? untried([...target.bands, bandOf(Date.parse(visit.at))]) : "";
  return next && isAbsence(visit.outcome) ? `${said}，换${say("band", next)}试试` : said;
}

/** Whether the next visit of a door is fixed and can still be kept: until its day is over. */
function keeps(target: Target, now: number): boolean {
  return !!target.revisit_at && dayOf(Date.parse(target.revisit_at)) >= dayOf(now);
}

function isLater(revisit: number | null, visit: Visit | undefined, now: number): boolean {
  return revisit !== null
    ? revisit > now + 3600_000
    : visit !== undefined && dayOf(Date.parse(visit.at)) === dayOf(now);
}

function dwellingDoor(book: Book, dwelling: Dwelling, me: string, now: number, careDue: boolean): Door {
  const today = dayOf(now);
  const target = book.targets.get(dwelling.id);
  const { here, elsewhere } = household(book, dwelling.id);
  const persons = [...here, ...elsewhere].map(({ person }) => person);
  const differences = differencesAt(book, dwelling.id);
  const asked = differences.some(isAsked);
  const vacant = dwelling.occupancy === "vacant";
  const cared = here.some(({ person }) => book.care.has(person.id));
  const due = here.flatMap(({ person }) => book.care.get(person.id) ?? []).find((label) => label.due_on <= today);
  const waits = here.flatMap(({ person }) => book.needs.get(person.id) ?? []).some((need) => need.ask_on <= today);
  const visit = book.visits.get(dwelling.id)?.[0];
  const revisit =
    target && keeps(target, now) && !SETTLED.includes(target.state) ? Date.parse(target.revisit_at!) : null;
  const agreed = revisit !== null && isSpoken(target!.outcome);
  const theirs = isAway(book, target, me);
  const left = target ? !SETTLED.includes(target.state) && !theirs : book.targets.size === 0 && !visit;
  const of = whose(book, target, me);
  const tags = [];
  if (left && of !== "mine") tags.push(sayWhose(book, target, me));
  if (dwelling.tenure === "let") tags.push("租");
  if (careDue && due) tags.push("关爱联系");
  if (waits) tags.push("问落实");
  if (asked || (target?.note && !target.note.startsWith(GIVEN_BACK))) tags.push("带一问");
  const filters: Filter[] = [];
  if (left) filters.push("left");
  if (left && (of === "covered" || of === "nobodys")) filters.push(of);
  if (agreed && left) filters.push("agreed");
  if (left && target && isAbsence(target.outcome)) filters.push("absent");
  if (vacant) filters.push("vacant");
  if (dwelling.tenure === "let") filters.push("let");
  if (cared) filters.push("care");
  if (asked) filters.push("ask");
  const people = here.length
    ? `${here.length} 人`
    : elsewhere.length
      ? `户籍 ${elsewhere.length} 人，住在别处`
      : "还没登记人";
  const held = say("tenure", dwelling.tenure);
  const use = dwelling.usage && dwelling.usage !== "residential" ? say("usage", dwelling.usage) : "";
  const what = vacant
    ? dwelling.vacancy_confirmed_on
      ? "空房，已核实"
      : "空房，差第二来源"
    : [people, use || (held === "不清楚" ? "" : held)].filter(Boolean).join("，");
  const note = theirs
    ? sayWhose(book, target, me)
    : revisit && left
      ? `${agreed ? "约在" : "打算"} ${sayMoment(revisit, today)}${agreed ? "" : " 再去"}`
      : due
        ? `关爱联系${due.due_on < today ? `${sayDay(due.due_on, today)}到期` : "今天到期"}，${lastSaid(visit, target, today)}`
        : lastSaid(visit, target, today);
  return {
    id: dwelling.id,
    kind: "dwelling",
    room: dwelling.room || dwelling.address,
    floor: dwelling.floor,
    what,
    note,
    tags,
    later: isLater(revisit, visit, now),
    mark: markOf(target, differences.length, vacant, now),
    left,
    filters,
    revisit,
    find: [
      dwelling.room,
      dwelling.address,
      dwelling.owner_name,
      ...persons.flatMap((one) => [one.name, one.phone_mask ?? ""]),
    ].join(" "),
  };
}

export function titleOf(book: Book, dwelling: Dwelling): string {
  const building = dwelling.building ? book.buildings.get(dwelling.building) : undefined;
  const stairwell = dwelling.stairwell ? book.stairwells.get(dwelling.stairwell) : undefined;
  if (!building) return dwelling.address;
  return [building.estate, building.name, stairwell?.name].filter(Boolean).join(" ");
}

const byOrder = (a: Dwelling, b: Dwelling) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : 1);

export function walking(book: Book): Dwelling[] {
  return [...book.dwellings.values()].sort(byOrder);
}

export function dayBook(
  book: Book,
  grids: readonly GridCache[],
  names: Record<string, string>,
  me: string,
  now: number,
): Day {
  const groups = new Map<string, Group>();
  const count = Object.fromEntries(Object.keys(FILTERS).map((key) => [key, none()])) as Record<Filter, ByKind>;
  const several = grids.length > 1;
  let area = "";
  const add = (key: string, title: string, grid: string, door: Door) => {
    let group = groups.get(key);
    if (!group) {
      const name = several ? (names[grid] ?? "") : "";
      group = { key, title, area: name !== area ? name : "", doors: [] };
      area = name;
      groups.set(key, group);
    }
    group.doors.push(door);
    for (const filter of door.filters) count[filter][door.kind]++;
  };
  const doors = walking(book).sort((a, b) =>
    (book.gridOf.get(a.id) ?? "") < (book.gridOf.get(b.id) ?? "")
      ? -1
      : (book.gridOf.get(a.id) ?? "") > (book.gridOf.get(b.id) ?? "")
        ? 1
        : 0,
  );
  for (const dwelling of doors) {
    const grid = book.gridOf.get(dwelling.id) ?? "";
    add(
      dwelling.stairwell ?? dwelling.building ?? `address ${dwelling.address}`,
      titleOf(book, dwelling),
      grid,
      dwellingDoor(book, dwelling, me, now, true),
    );
  }
  for (const door of otherDoors(book, me, now))
    add(door.kind, door.kind === "site" ? "重点场所" : "单位", book.gridOf.get(door.id) ?? "", door);
  const targets = [...book.targets.values()].filter((target) => target.place_kind === "dwelling");
  const inState = (state: string) => targets.filter((target) => target.state === state).length;
  const today = dayOf(now);
  const mine = [...book.targets.values()].filter((target) => !isAway(book, target, me));
  const doneToday = new Set<string>();
  const done = none();
  for (const [place, visits] of book.visits) {
    const seen = visits.find((visit) => visit.own && !visit.waiting && dayOf(Date.parse(visit.at)) === today);
    if (!seen) continue;
    doneToday.add(place);
    done[seen.place_kind]++;
  }
  const planned = none();
  for (const target of mine)
    if (target.planned_on === today && !doneToday.has(target.place) && !SETTLED.includes(target.state))
      planned[target.place_kind]++;
  for (const kind of KINDS) if (planned[kind]) planned[kind] += done[kind];
  return {
    groups: [...groups.values()],
    count,
    done,
    planned,
    visited: inState("visited"),
    explained: inState("explained"),
    pending: inState("pending"),
    dispatched: targets.length > 0,
    total: targets.length || book.dwellings.size,
    away: awayOf(book, targets, several ? names : {}, me),
  };
}

function awayOf(book: Book, targets: readonly Target[], names: Record<string, string>, me: string): Day["away"] {
  const away = new Map<string, Day["away"][number]>();
  for (const target of targets) {
    if (SETTLED.includes(target.state) || !isAway(book, target, me)) continue;
    const grid = book.gridOf.get(target.place) ?? "";
    const of = sayWhose(book, target, me);
    const line = away.get(`${grid} ${of}`) ?? { area: names[grid] ?? "", whose: of, n: 0 };
    away.set(`${grid} ${of}`, { ...line, n: line.n + 1 });
  }
  return [...away.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

/** What is not mine, in words: 林思齐名下 12 户; with its grid where there are several. */
export const sayAway = (day: Day): string[] =>
  day.away.map(({ area, whose: of, n }) => `${area ? `${area} ` : ""}${of} ${n} 户`);

/**
 * What is so where nobody is left to go to: not dispatched, all visited, or the rest explained, rechecked,
 * somebody else's.
 */
export function standing(day: Day): string {
  if (!day.dispatched) return "还没下派走访任务。下派之后同步一次，名单就来了。";
  const pair = `${day.visited} / ${day.total} 户`;
  if (day.visited === day.total) return `都走访了，${pair}。`;
  const parts: [string, number][] = [
    ["已登记原因", day.explained],
    ["等复核", day.pending],
  ];
  const rest = parts.filter(([, n]) => n > 0).map(([words, n]) => `${words} ${n} 户`);
  return `已走访 ${pair}，剩下的您不用再去：${[...rest, ...sayAway(day)].join("，")}。`;
}

function otherDoors(book: Book, me: string, now: number): Door[] {
  const today = dayOf(now);
  const found: Door[] = [];
  for (const place of [...book.organizations.values(), ...book.sites.values()]) {
    const target = book.targets.get(place.id);
    const visit = book.visits.get(place.id)?.[0];
    const dueOn =
      place.kind === "site"
        ? place.last_contact_on
          ? addDays(place.last_contact_on, place.interval_days)
          : today
        : null;
    const theirs = isAway(book, target, me);
    const of = whose(book, target, me);
    const isDue = dueOn !== null && dueOn <= today;
    const left = (target ? !SETTLED.includes(target.state) && !theirs : false) || isDue;
    const revisit = target && keeps(target, now) && left ? Date.parse(target.revisit_at!) : null;
    const filters: Filter[] = left ? ["left"] : [];
    if (left && (of === "covered" || of === "nobodys")) filters.push(of);
    if (revisit && isSpoken(target!.outcome)) filters.push("agreed");
    if (left && target && isAbsence(target.outcome)) filters.push("absent");
    found.push({
      id: place.id,
      kind: place.kind,
      room: place.name,
      floor: null,
      what: place.address,
      note: isDue
        ? place.last_contact_on
          ? `${sayDay(dueOn, today)}到期，${lastSaid(visit, target, today)}`
          : "还没去过"
        : lastSaid(visit, target, today),
      tags: [...(isDue ? ["到期"] : []), ...(left && of !== "mine" ? [sayWhose(book, target, me)] : [])],
      later: isLater(revisit, visit, now),
      mark: markOf(target, book.differences.get(place.id)?.length ?? 0, false, now),
      left,
      filters,
      revisit,
      find: [place.name, place.address, place.contact_name, place.contact_phone_mask].join(" "),
    });
  }
  return found.sort((a, b) => (a.kind + a.what + a.id < b.kind + b.what + b.id ? -1 : 1));
}

export function search(groups: readonly Group[], words: string, filter: Filter | null): Group[] {
  const parts = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const keep = (door: Door, group: Group) =>
    (filter === null || door.filters.includes(filter)) &&
    parts.every((part) => `${group.title} ${door.find}`.toLowerCase().includes(part));
  return groups
    .map((group) => ({ ...group, doors: group.doors.filter((door) => keep(door, group)) }))
    .filter((group) => group.doors.length);
}
