/** What two sources say differently of a door: the questions the office sends along, and what it decides by itself. */
import { computed, reactive, type Ref } from "vue";
import { headOf, type Place } from "../model/book";
import { differencesAt, isAsked } from "../model/day";
import type { Draft } from "../model/draft";
import type { Difference } from "../model/types";
import { book } from "../store/session";

export type Questions = ReturnType<typeof useQuestions>;

export function useQuestions(id: string, place: Ref<Place | undefined>, draft: Draft) {
  const all = computed(() => differencesAt(book.value, id));
  const asked = computed(() => all.value.filter(isAsked));
  const unasked = computed(() => all.value.filter((difference) => !isAsked(difference)));

  const standing = ({ field }: Difference) => (place.value as unknown as Record<string, string | null>)[field] ?? null;
  /** A fact of the place that stands on record as one can see it: “the record is right” states it again. */
  const canKeep = ({ entity, field }: Difference) => entity === id && !!place.value && field in place.value;
  const keeps = (difference: Difference) =>
    canKeep(difference) && draft.set[difference.field]?.v === standing(difference);
  function keep(difference: Difference): void {
    const { field } = difference;
    if (keeps(difference)) delete draft.set[field];
    else draft.set[field] = { p: headOf(place.value!, field), v: standing(difference) };
  }
  const nKept = computed(() => asked.value.filter(keeps).length);

  return reactive({ asked, unasked, canKeep, keeps, keep, nKept });
}
