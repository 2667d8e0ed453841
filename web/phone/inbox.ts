/** What waits for the worker: drafts, returned work, tasks handed over, differences, what others did at my doors. */
import { computed } from "vue";
import { placeOf } from "./model/draft";
import { isAsked, titleOf } from "./model/day";
import { isToDo, openMatters, type OpenMatter } from "./model/matters";
import { stateOf } from "./model/outbox";
import { dayOf, daysBetween } from "./model/time";
import { isDone, isOfSample, openDoors, type OpenDoor } from "./model/sampled";
import { coveredBy } from "./model/whose";
import type { Difference, Kept, Op, Visit } from "./model/types";
import { app, book, data } from "./store/session";

export function nameOf(place: string | null): string {
  const found = place ? placeOf(book.value, place) : undefined;
  if (!found) return "已不在我的网格里";
  return found.kind === "dwelling" ? `${titleOf(book.value, found)} ${found.room}`.trim() : found.name;
}

/** Who lives where, so that what is said of a person leads to their door. */
const homes = computed(() => {
  const doors = new Map<string, string>();
  for (const [place, links] of book.value.living) for (const link of links) doors.set(link.person, place);
  return doors;
});
/** The door an op belongs to: a person's is where they live. */
export const doorOf = (op: Op): string => (op.kind === "person" && homes.value.get(op.entity)) || op.entity;

export const returned = computed<Kept[]>(() =>
  data.box.ops.filter(
    (kept) => stateOf(data.box, kept) === "returned" && !["set_aside", "released"].includes(kept.verdict?.reason ?? ""),
  ),
);
export const drafts = computed(() => [...data.drafts.values()]);
export const tasks = computed(() => {
  const mine = coveredBy(book.value, data.user.id).add(data.user.id);
  return book.value.tasks.filter((task) => task.assignee !== null && mine.has(task.assignee));
});

export const matters = computed<OpenMatter[]>(() => openMatters(data.matters, data.box, data.from));

export const sampled = computed<OpenDoor[]>(() => openDoors(data.sampled, data.box, data.from, dayOf(app.now)));
export const nToAsk = computed(() => sampled.value.filter((open) => !isDone(open)).length);
/** A door that was drawn by its address, as long as it is on the phone. */
export const nameOfSampled = (id: string): string =>
  data.sampled.find((door) => door.id === id)?.address ?? "抽查的一户";
/** What an op or a draft is about, in words. */
export const placeName = (kept: Kept): string =>
  isOfSample(kept) ? nameOfSampled(kept.op.entity) : nameOf(kept.op.entity);

export interface Asked {
  difference: Difference;
  place: string | null;
  who: string;
  mine: boolean;
}
const asked = computed<Asked[]>(() => {
  const mine = new Set(data.box.ops.flatMap((kept) => kept.verdict?.differences.map((one) => one.id) ?? []));
  return [...book.value.differences.values()].flat().map((difference) => ({
    difference,
    mine: mine.has(difference.id),
    place:
      difference.place ??
      (difference.entity_kind === "person" ? (homes.value.get(difference.entity) ?? null) : difference.entity),
    who: difference.entity_kind === "person" ? (book.value.persons.get(difference.entity)?.name ?? "") : "",
  }));
});

/** Sent to the door by the office: mine to ask; the rest the office settles. */
export const questions = computed(() => asked.value.filter(({ difference }) => isAsked(difference)));
export const differences = computed(() => asked.value.filter(({ difference }) => !isAsked(difference)));

export const others = computed<Visit[]>(() => {
  const today = dayOf(app.now);
  return [...book.value.visits.values()]
    .flat()
    .filter((visit) => !visit.own && (visit.waiting || daysBetween(dayOf(Date.parse(visit.at)), today) <= 14))
    .sort((a, b) => (a.at < b.at ? 1 : -1));
});

/** The figure on the tab: only what I have to do something about. */
export const toDo = computed(
  () =>
    returned.value.length +
    drafts.value.length +
    tasks.value.length +
    questions.value.length +
    matters.value.filter(isToDo).length,
);
