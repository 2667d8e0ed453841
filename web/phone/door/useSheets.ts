/** The sheets that lie over a door: which one is open, whom it is about, and who comes and goes by them. */
import { computed, reactive, ref, type Ref } from "vue";
import type { Place } from "../model/book";
import type { Draft, Household } from "../model/draft";
import type { Person } from "../model/types";
import { uuid7 } from "../model/uuid7";
import { CHILD } from "../model/words";

const TITLES = {
  change: "有什么变化",
  care: "近况怎么样",
  note: "记隐患或诉求",
  outcome: "这次怎么样",
  vacant: "空房，谁还能证明",
  past: "去过的几次",
  back: "转出这一户",
  unfinished: "还有一个人没添完",
};
export type SheetName = keyof typeof TITLES | "person" | "add" | "place" | "pick";
export type Sheets = ReturnType<typeof useSheets>;

export function useSheets(draft: Draft, place: Ref<Place | undefined>, house: Ref<Household>) {
  const open = ref<SheetName | "">("");
  const person = ref<Person | null>(null);
  const adding = ref<"resident" | "newborn">("resident");
  const picking = ref<"gone" | "deceased">("gone");
  const caring = ref("");

  const title = computed(() => {
    switch (open.value) {
      case "":
        return "";
      case "person":
        return person.value?.name ?? "";
      case "add":
        return adding.value === "newborn" ? "添新生儿" : "添一个人";
      case "place":
        return place.value?.kind === "dwelling" ? "房屋情况" : "联系人";
      case "pick":
        return picking.value === "gone" ? "谁已搬离" : "谁去世了";
      default:
        return TITLES[open.value];
    }
  });
  /** Who can still leave: everybody of the door who has not left by this visit. */
  const everyone = computed(() =>
    [...house.value.here, ...house.value.elsewhere]
      .map((member) => member.person)
      .filter(({ id }) => !draft.departures.includes(id) && !(id in draft.ends)),
  );

  function edit(member: Person): void {
    person.value = member;
    open.value = "person";
  }
  function add(what: "resident" | "newborn"): void {
    const isLet = place.value?.kind === "dwelling" && place.value.tenure === "let";
    adding.value = what;
    draft.adding ??= {
      id: uuid7(),
      values: what === "newborn" ? { relation: CHILD } : {},
      residence_kind: isLet && what !== "newborn" ? "tenant" : "lives_here",
    };
    open.value = "add";
  }
  function pick(what: "gone" | "deceased"): void {
    picking.value = what;
    if (everyone.value.length === 1) leave(everyone.value[0]!.id);
    else open.value = "pick";
  }
  function leave(id: string): void {
    if (picking.value === "gone") draft.departures.push(id);
    else draft.ends[id] = "deceased";
    open.value = "";
  }
  function stay(id: string): void {
    draft.departures = draft.departures.filter((departed) => departed !== id);
    delete draft.ends[id];
  }
  function care(id: string): void {
    caring.value = id;
    open.value = "care";
  }

  return reactive({ open, title, person, adding, picking, caring, everyone, edit, add, pick, leave, stay, care });
}
