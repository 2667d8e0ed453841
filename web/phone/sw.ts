/// <reference lib="webworker" />
/** Keeps the app on the phone. It answers from one whole release, keeps the one before, never takes over by itself. */
const worker = self as unknown as ServiceWorkerGlobalScope;
const RELEASE = "gridwalk-__RELEASE__";
const FILES = JSON.parse("__FILES__") as string[];
const PREFIX = "gridwalk-";

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(RELEASE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload", credentials: "omit" })))),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const releases = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
      const former = releases.filter((name) => name !== RELEASE);
      // The last former release stays: a page of it may still be open.
      await Promise.all(former.slice(0, -1).map((name) => caches.delete(name)));
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting(); // said by a page without a dirty form
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin || url.pathname.startsWith("/phone/api/"))
    return;
  event.respondWith(answer(event.request, url));
});

async function answer(request: Request, url: URL): Promise<Response> {
  const wanted: RequestInfo =
    request.mode === "navigate" ? new URL("./", worker.location.href).href : url.origin + url.pathname;
  const cache = await caches.open(RELEASE);
  const kept = (await cache.match(wanted)) ?? (await caches.match(wanted)); // else of the release before
  return kept ?? fetch(request);
}

/** Background sync is a wake-up only: the outbox lies in the page's database and is sent by the page. */
worker.addEventListener("sync", ((event: ExtendableEvent) => {
  event.waitUntil(
    worker.clients
      .matchAll({ type: "window" })
      .then((clients) => clients.forEach((client) => client.postMessage("sync"))),
  );
}) as EventListener);
