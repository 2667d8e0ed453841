/** How a visit ends: met, an empty home with who else says so, or the door given back to the office. */
import { computed, reactive, ref, type Ref } from "vue";
import type { Place } from "../model/book";
import type { Draft, Outcome } from "../model/draft";
import type { Target } from "../model/types";
import { back } from "../route";
import { tell } from "../snack";
import { data } from "../store/session";
import { send } from "./useDoor";
import type { Sheets } from "./useSheets";

export type Endings = ReturnType<typeof useEndings>;

export function useEndings(
  door: {
    draft: Draft;
    place: Ref<Place | undefined>;
    target: Ref<Target | undefined>;
    isVacant: Ref<boolean>;
    /** Nobody is disturbed at the door now: what is saved is a call. */
    quiet: Ref<boolean>;
    record: (outcome: Outcome, words?: string) => Promise<void>;
  },
  sheets: Sheets,
) {
  const { draft, place, target, isVacant, quiet, record } = door;
  const reason = ref("");

  function save(): void {
    if (draft.adding?.values.name) {
      sheets.open = "unfinished";
      return;
    }
    draft.adding = null;
    if (isVacant.value && place.value?.kind === "dwelling") sheets.open = "vacant";
    else void record({ outcome: quiet.value ? "phone" : "met" });
  }
  function saveWithoutTheUnfinished(): void {
    draft.adding = null;
    save();
  }
  function saveVacant(source = ""): void {
    if (source) void record({ outcome: "vacant_confirmed", second_source: source });
    else void record({ outcome: "vacant_confirmed" }, "已保存，还差第二来源。以后问到再补。");
  }

  const canGiveBack = computed(() => target.value?.assignee === data.user.id);
  async function giveBack(): Promise<void> {
    const words = reason.value.trim();
    if (!words || !target.value) return;
    const content = { target: target.value.id, reason: words };
    await send("task.hand_back", place.value?.kind ?? "dwelling", target.value.id, content);
    tell("转出了，社区会改派。走过的记录都在。");
    back();
  }

  return reactive({ reason, quiet, save, saveWithoutTheUnfinished, saveVacant, canGiveBack, giveBack });
}
