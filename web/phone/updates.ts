/** The service worker and its updates: a new release takes over only while no form is open, never mid-form. */
import { app, data } from "./store/session";
import { route } from "./route";
import { sync } from "./sync/engine";

let waitingWorker: ServiceWorker | null = null;
let reloading = false;

export function isSafe(): boolean {
  return !["door", "ask"].includes(route.value.name) && data.drafts.size === 0;
}

export async function register(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!reloading) return;
    reloading = false;
    location.reload();
  });
  navigator.serviceWorker.addEventListener("message", (event) => event.data === "sync" && void sync());
  try {
    const registration = await navigator.serviceWorker.register("/phone/sw.js", {
      scope: "/phone/",
      updateViaCache: "none",
    });
    const noticed = () => {
      if (!registration.waiting || !navigator.serviceWorker.controller) return;
      waitingWorker = registration.waiting;
      app.updateReady = true;
    };
    noticed();
    registration.addEventListener("updatefound", () =>
      registration.installing?.addEventListener("statechange", noticed),
    );
    setInterval(
      () => document.visibilityState === "visible" && void registration.update().catch(() => undefined),
      3600_000,
    );
  } catch {
    // no offline start here; the self-test says so
  }
}

/** Takes the new release over now. Only called where nothing is being typed. */
export function takeOver(): void {
  if (!waitingWorker || !isSafe()) return;
  reloading = true;
  waitingWorker.postMessage("take over");
}
