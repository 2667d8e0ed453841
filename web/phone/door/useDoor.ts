/** The door that is open: its draft, saved within a second of the last key, and the ways it ends. */
import { computed, onBeforeUnmount, reactive, ref, toRaw, watch } from "vue";
import { blank, countChanges, isDirty, placeOf, toOp, type Draft, type Outcome } from "../model/draft";
import type { Facts, Op, PlaceKind } from "../model/types";
import { uuid7 } from "../model/uuid7";
import { back } from "../route";
import { tell } from "../snack";
import { explain, type Failure } from "../store/causes";
import { book, data, dropDraft, finish, isOpen, saveDraft } from "../store/session";
import { sync } from "../sync/engine";
import { view } from "../view";

const SAVE_AFTER = 500;
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(toRaw(value))) as T;

export function useDoor(id: string) {
  const place = computed(() => placeOf(book.value, id));
  const kind = (place.value?.kind ?? "dwelling") as PlaceKind;
  const kept = data.drafts.get(id) as Draft | undefined;
  const resumed = ref(!!kept);
  const draft = reactive<Draft>(kept ? plain(kept) : blank(kind, id));
  const failed = ref<Failure | null>(null);
  const saving = ref(false);
  let timer = 0;
  let closed = false;

  async function save(): Promise<void> {
    clearTimeout(timer);
    timer = 0;
    if (closed || !isOpen()) return;
    try {
      if (isDirty(draft)) await saveDraft(plain(draft));
      else if (data.drafts.has(id)) await dropDraft(id);
      failed.value = null;
    } catch (error) {
      failed.value = explain(error, "草稿没有保存", isKept());
    }
  }
  /** Whether what is typed will be there when the page is opened anew: nothing is, or it was written or laid aside. */
  const isKept = () => !isDirty(draft) || JSON.stringify(data.drafts.get(id)) === JSON.stringify(toRaw(draft));
  watch(draft, () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, SAVE_AFTER);
  });
  const flush = () => {
    if (timer) void save();
  };
  document.addEventListener("visibilitychange", flush);
  addEventListener("pagehide", flush);
  onBeforeUnmount(() => {
    flush();
    document.removeEventListener("visibilitychange", flush);
    removeEventListener("pagehide", flush);
  });

  async function clear(): Promise<void> {
    Object.assign(draft, blank(kind, id));
    resumed.value = false;
    await save();
  }

  async function record(said: Outcome, words = "已保存。有网就传，现在可以去下一户。"): Promise<void> {
    if (saving.value) return;
    saving.value = true;
    clearTimeout(timer);
    timer = 0;
    try {
      const made = await finish(
        (seq) => toOp(book.value, plain(draft), said, { at: new Date(), mono: performance.now(), seq }),
        id,
      );
      closed = true;
      view.lastDoor = id;
      tell(words, "撤销", () => withdraw(made));
      back();
      void sync();
    } catch (error) {
      await save(); // at least as a draft
      failed.value = explain(error, "没有保存", isKept());
    } finally {
      saving.value = false;
    }
  }

  return { place, draft, resumed, failed, saving, changes: computed(() => countChanges(draft)), clear, record };
}

/** An op that is no visit. `at`: when what it says was said. */
export async function send(
  verb: Op["verb"],
  kind: string,
  entity: string,
  content: Record<string, unknown>,
  set: Facts = {},
  att: string[] = [],
  at = new Date().toISOString(),
): Promise<void> {
  await finish((seq) => ({
    op: uuid7(),
    seq,
    verb,
    kind,
    entity,
    set,
    data: content,
    at,
    mono: Math.round(performance.now()),
    version: 1,
    att,
  }));
  void sync();
}

async function withdraw(visit: Op): Promise<void> {
  await send("visit.withdraw", "visit", visit.op, { reason: "手机上点错了，当场撤销" });
  tell("撤销了，这一户回到待走访。");
}
