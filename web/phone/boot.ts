/** From opening to a screen: can this phone do it, is another page open, is it activated, is it locked. */
import { ref } from "vue";
import { needed, type Check } from "./selftest";
import { explain, type Failure } from "./store/causes";
import * as db from "./store/db";
import { app, isOpen, shut } from "./store/session";
import { start, sync } from "./sync/engine";
import { register } from "./updates";

export const missing = ref<Check[]>([]);
export const failure = ref<Failure | null>(null);
export const codeInLink = ref("");
const LOCK = "gridwalk-phone";
const LOCK_AFTER = 30 * 60_000;

/** A one-time code in the address the office's QR opens. It is taken out of the address at once, never sent. */
function readLink(): void {
  const code = /^#code=([\w-]{4,40})$/.exec(location.hash)?.[1];
  if (!code) return;
  codeInLink.value = code;
  history.replaceState(null, "", "/phone/");
}

function hold(steal: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(LOCK, steal ? { steal: true } : { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(false);
        resolve(true);
        return new Promise<never>(() => undefined);
      })
      .catch(() => {
        shut(); // another page took over; this one writes no more
        app.phase = "elsewhere";
      });
  });
}

export async function boot(): Promise<void> {
  readLink();
  try {
    await begin();
  } catch (error) {
    failure.value = { ...explain(error, "打不开手机里的资料"), anew: true };
    app.phase = "failed";
  }
}

async function begin(): Promise<void> {
  missing.value = needed().filter((check) => !check.ok);
  if (missing.value.length) {
    app.phase = "unsupported";
    return;
  }
  app.large = (await db.getMeta("large")) ?? false;
  document.documentElement.classList.toggle("large", app.large);
  void register();
  if (!(await hold(false))) {
    app.phase = "elsewhere";
    return;
  }
  await show();
}

export async function takeHere(): Promise<void> {
  if (await hold(true)) await show();
}

let started = false;
async function show(): Promise<void> {
  const [device, pin] = await Promise.all([db.getMeta("device"), db.getMeta("pin")]);
  app.phase = !device ? "activate" : !pin ? "pin" : "locked";
  if (started) return;
  started = true;
  start();
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hiddenAt = Date.now();
    else if (isOpen() && hiddenAt && Date.now() - hiddenAt > LOCK_AFTER) shut();
  });
}

export async function setLarge(large: boolean): Promise<void> {
  app.large = large;
  document.documentElement.classList.toggle("large", large);
  await db.setMeta("large", large);
}

/** After unlocking: fetch and send in the background; ask the browser once to keep our data. */
export function opened(): void {
  app.now = Date.now();
  void navigator.storage?.persist?.().catch(() => undefined);
  void sync();
}
