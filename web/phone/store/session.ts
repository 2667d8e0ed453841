/** What the app knows while it is open, decrypted in memory only. The outbox and drafts are written nowhere else. */
import { computed, reactive, shallowReactive } from "vue";
import { build, type Book } from "../model/book";
import * as outbox from "../model/outbox";
import type { AnyDraft } from "../model/sampled";
import { dayOf } from "../model/time";
import type { Campaign, GridCache, Kept, Matter, Notice, Op, Post, SampledDoor, User } from "../model/types";
import * as aside from "./aside";
import { StoreError } from "./causes";
import * as clock from "./clock";
import * as box from "./crypto";
import * as db from "./db";

export type Phase =
  "starting" | "unsupported" | "failed" | "elsewhere" | "activate" | "pin" | "locked" | "open" | "wiped";

export const app = reactive({
  phase: "starting" as Phase,
  large: false,
  syncing: false,
  /** How many ops are on their way to the disk: they wait for the server as those on it do. */
  saving: 0,
  online: navigator.onLine,
  /** Why nothing gets through, in words; empty while all is well or there is simply no network. */
  trouble: "",
  /** The server does not know this phone: it asks for a new activation code, and nothing is erased. */
  unbound: false,
  success: null as number | null,
  leaseUntil: 0,
  updateReady: false,
  now: Date.now(),
});

export const data = shallowReactive({
  user: {
    id: "",
    name: "",
    role: "",
    community: "",
    asks: false,
    grids: [],
    badge: { number: "" },
    desk: "",
    operator: "",
    filing_number: "",
  } as User,
  campaign: null as Campaign | null,
  quiet: ["20:30", "09:00"] as [string, string],
  users: {} as Record<string, string>,
  notices: [] as Notice[],
  posts: [] as Post[],
  matters: [] as Matter[],
  n_matters: 0,
  sampled: [] as SampledDoor[],
  n_sampled: 0,
  grids: [] as GridCache[],
  box: outbox.empty("", 1, null),
  from: 1,
  drafts: new Map<string, AnyDraft>(),
});

export const book = computed<Book>(() => build(data.grids, data.box, data.from, data));
/** Whether this phone has doors to walk; an inspector's may have only those to ask again. */
export const walks = computed(() => data.user.grids.length > 0 || !data.user.asks);
export const waitingCount = computed(() => outbox.waiting(data.box).length + app.saving);

let vault: CryptoKey | null = null;
let base: CryptoKey | null = null;

export function theVault(): CryptoKey {
  if (!vault) throw new StoreError("locked");
  return vault;
}
export const isOpen = (): boolean => vault !== null;

let queue: Promise<unknown> = Promise.resolve();
/** One writer after another; the Web Lock keeps other tabs out. */
export function serial<T>(work: () => Promise<T>): Promise<T> {
  const next = queue.then(work, work);
  queue = next.catch(() => undefined);
  return next;
}

/* ---- PIN ---- */

/** First PIN of a fresh phone: makes the vault. */
export async function setFirstPin(pin: string): Promise<void> {
  vault = await box.newVaultKey();
  await bindPin(pin);
  await load();
}

/** Wraps the vault's key under a new PIN; nothing needs to be encrypted again. */
export async function bindPin(pin: string): Promise<void> {
  const lease = await db.getMeta("lease");
  if (!lease?.share) throw new Error("no share");
  const salt = box.random(16);
  base = await box.pinBase(pin, salt, box.ITERATIONS);
  const { iv, wrapped } = await box.wrap(theVault(), await box.wrappingKey(base, lease.share));
  await db.write(["meta"], (tx) => {
    void tx.objectStore("meta").put({ salt, iterations: box.ITERATIONS, iv, wrapped } satisfies db.PinMeta, "pin");
    void tx.objectStore("meta").put({ n: 0, until: 0 } satisfies db.TriesMeta, "tries");
  });
  await remember();
}

/** The server gave another share: the vault's key is wrapped anew in the transaction that keeps the share. */
export async function takeShare(share: string, until: number): Promise<void> {
  const before = await db.getMeta("lease");
  const pin = await db.getMeta("pin");
  let rewrapped: db.PinMeta | null = null;
  if (pin && before?.share && before.share !== share) {
    if (!base) return;
    rewrapped = { ...pin, ...(await box.wrap(theVault(), await box.wrappingKey(base, share))) };
  }
  await db.write(["meta"], (tx) => {
    void tx.objectStore("meta").put({ share, until } satisfies db.LeaseMeta, "lease");
    if (rewrapped) void tx.objectStore("meta").put(rewrapped, "pin");
  });
  await remember();
  app.leaseUntil = until;
}

/** Wait after so many wrong PINs: none for two, then 2 s doubling up to 15 minutes. An erasure would lose work. */
export function waitAfter(n: number): number {
  return n < 3 ? 0 : Math.min(2 ** (n - 2), 900) * 1000;
}

/** "open", "wrong", "wait" or "lease" (the offline lease is over and the share is gone). */
export async function enterPin(pin: string): Promise<"open" | "wrong" | "wait" | "lease"> {
  const [meta, lease, tries] = await Promise.all([db.getMeta("pin"), db.getMeta("lease"), db.getMeta("tries")]);
  if (tries && tries.until > Date.now()) return "wait";
  if (!meta || !lease?.share) return "lease";
  const n = (tries?.n ?? 0) + 1;
  // Noted before trying: killing the app does not shorten the wait.
  await db.setMeta("tries", { n, until: Date.now() + waitAfter(n) });
  const candidate = await box.pinBase(pin, meta.salt, meta.iterations);
  try {
    vault = await box.unwrap(meta.wrapped, meta.iv, await box.wrappingKey(candidate, lease.share));
  } catch {
    return "wrong";
  }
  base = candidate;
  await db.setMeta("tries", { n: 0, until: 0 });
  await load();
  return "open";
}

export function shut(): void {
  vault = base = null;
  data.grids = [];
  data.drafts = new Map();
  data.box = outbox.empty("", 1, null);
  if (app.phase === "open") app.phase = "locked";
}

/* ---- reading ---- */

/** What opens and names this phone: held for a database that the system empties under the page. */
let identity: Pick<db.Meta, "device" | "pin" | "lease"> | null = null;
async function remember(): Promise<void> {
  const [device, pin, lease] = await Promise.all([db.getMeta("device"), db.getMeta("pin"), db.getMeta("lease")]);
  identity = device && pin && lease ? { device, pin, lease } : null;
}
async function theDevice(): Promise<db.DeviceMeta> {
  const device = await db.getMeta("device");
  if (!device) throw new StoreError("evicted");
  return device;
}

async function load(): Promise<void> {
  const key = theVault();
  const [device, meta, sync, lease] = await Promise.all([
    theDevice(),
    db.getMeta("box"),
    db.getMeta("sync"),
    db.getMeta("lease"),
  ]);
  await remember();
  const records = await db.read((store) => store.getAllFromIndex("ops", "seq"));
  const ops = await Promise.all(records.map((record) => box.unlock<Kept>(key, record)));
  const kept = await db.read((store) => store.getAll("drafts"));
  const drafts = await Promise.all(kept.map((record) => box.unlock<AnyDraft>(key, record)));
  data.box = {
    device: device.device,
    epoch: meta?.epoch ?? null,
    cursor: meta?.cursor ?? 1,
    last: meta?.last ?? 0,
    ops,
  };
  data.drafts = new Map(drafts.map((draft) => [draft.place, draft]));
  data.from = sync?.from ?? 1;
  app.success = sync?.success ?? null;
  app.leaseUntil = lease?.until ?? 0;
  clock.recall(sync?.ahead ?? 0);
  try {
    await loadCache(key);
  } catch {
    // The cache is of the server's data: the next pull brings it back.
    await db.write(["cache"], (tx) => void tx.objectStore("cache").clear());
    data.grids = [];
  }
  await takeBack(key);
  await eraseOver();
  app.phase = "open";
}

/** What an earlier page could not write. A visit may have been finished from it since. */
async function takeBack(key: CryptoKey): Promise<void> {
  const finished = new Set(data.box.ops.map((kept) => kept.op.op));
  for (const draft of await aside.all(key)) {
    if (finished.has(draft.op)) aside.drop(draft.place);
    else await saveDraft(draft).catch(() => undefined); // it stays aside
  }
}

async function loadCache(key: CryptoKey): Promise<void> {
  const grids: GridCache[] = [];
  for (const name of await db.read((store) => store.getAllKeys("cache"))) {
    const locked = (await db.read((store) => store.get("cache", name)))!;
    if (name === "me") Object.assign(data, await box.unlock<Partial<typeof data>>(key, locked));
    else grids.push(await box.unlock<GridCache>(key, locked));
  }
  data.grids = grids;
}

/* ---- writing ---- */

const boxMeta = (value: outbox.Outbox): db.BoxMeta => ({ epoch: value.epoch, cursor: value.cursor, last: value.last });

async function record(kept: Kept, device: db.DeviceMeta, before?: db.OpRecord): Promise<db.OpRecord> {
  const sealed = before?.sealed ?? (await box.seal(device.server_key, kept.op.op, JSON.stringify(kept.op)));
  return {
    op: kept.op.op,
    seq: kept.op.seq,
    sealed,
    key_id: before?.key_id ?? device.key_id,
    ...(await box.lock(theVault(), kept)),
  };
}

/** Draft → op → outbox in one transaction. `make` gets the place in the sequence. Resolves when it is on the disk. */
export function finish(make: (seq: number) => Op, place?: string): Promise<Op> {
  app.saving += 1;
  return serial(async () => {
    try {
      const op = make(data.box.last + 1);
      const next = outbox.reduce(data.box, { type: "finished", op });
      const kept = await record(next.ops[next.ops.length - 1]!, await theDevice());
      await db.write(["ops", "drafts", "meta"], (tx) => {
        void tx.objectStore("ops").put(kept);
        if (place) void tx.objectStore("drafts").delete(place);
        void tx.objectStore("meta").put(boxMeta(next), "box");
      });
      data.box = next;
      app.now = Date.now();
      if (place) forgetDraft(place);
      return op;
    } finally {
      app.saving -= 1;
    }
  });
}

/** What the server said, kept before it is believed. */
export function apply(
  event: Exclude<outbox.Event, { type: "finished" }>,
  device?: Partial<db.DeviceMeta>,
): Promise<void> {
  return serial(async () => {
    const before = data.box;
    const next = outbox.reduce(before, event);
    const meta = { ...(await theDevice()), ...device };
    const was = new Map(before.ops.map((kept) => [kept.op.op, kept]));
    const changed: db.OpRecord[] = [];
    for (const kept of next.ops) {
      if (was.get(kept.op.op) !== kept)
        changed.push(await record(kept, meta, await db.read((store) => store.get("ops", kept.op.op))));
      was.delete(kept.op.op);
    }
    await db.write(["ops", "meta"], (tx) => {
      for (const one of changed) void tx.objectStore("ops").put(one);
      for (const gone of was.keys()) void tx.objectStore("ops").delete(gone);
      void tx.objectStore("meta").put(boxMeta(next), "box");
      if (device) void tx.objectStore("meta").put(meta, "device");
    });
    data.box = next;
    if (device) await remember();
    if (event.type === "cloned") data.from = event.next_seq; // the numbers began anew
  });
}

async function draftRecord(draft: AnyDraft, device: db.DeviceMeta): Promise<db.DraftRecord> {
  const sealed = await box.seal(device.server_key, draft.op, JSON.stringify(draft));
  return {
    place: draft.place,
    op: draft.op,
    sealed,
    key_id: device.key_id,
    ...(await box.lock(theVault(), draft)),
  };
}

/** Rejects where the database does not take it. Where it could be laid aside, it will be there all the same. */
export function saveDraft(draft: AnyDraft): Promise<void> {
  return serial(async () => {
    const key = theVault();
    try {
      const kept = await draftRecord(draft, await theDevice());
      await db.write(["drafts"], (tx) => void tx.objectStore("drafts").put(kept));
      aside.drop(draft.place);
    } catch (error) {
      if (await aside.put(key, draft)) data.drafts = new Map(data.drafts).set(draft.place, draft);
      throw error;
    }
    data.drafts = new Map(data.drafts).set(draft.place, draft);
  });
}

export function dropDraft(place: string): Promise<void> {
  return serial(async () => {
    await db.write(["drafts"], (tx) => void tx.objectStore("drafts").delete(place));
    forgetDraft(place);
  });
}

function forgetDraft(place: string): void {
  aside.drop(place);
  const drafts = new Map(data.drafts);
  drafts.delete(place);
  data.drafts = drafts;
}

function lockCache(grids: readonly GridCache[]): Promise<(readonly [string, db.Locked])[]> {
  const { user, campaign, quiet, users, notices, posts, matters, n_matters, sampled, n_sampled } = data;
  const me = { user, campaign, quiet, users, notices, posts, matters, n_matters, sampled, n_sampled };
  const parts: [string, unknown][] = [["me", me]];
  for (const grid of grids) parts.push([grid.grid, grid]);
  const key = theVault();
  return Promise.all(parts.map(async ([name, part]) => [name, await box.lock(key, part)] as const));
}

/** Keeps what a pull brought. `from`: the first number of mine it did not see; `success`: when. */
export function keepCache(
  grids: GridCache[],
  left: readonly string[],
  from: number,
  success: number | null,
): Promise<void> {
  return serial(async () => {
    const locked = await lockCache(grids.filter((grid) => !data.grids.includes(grid)));
    await db.write(["cache", "meta"], (tx) => {
      for (const [name, value] of locked) void tx.objectStore("cache").put(value, name);
      for (const name of left) void tx.objectStore("cache").delete(name);
      void tx.objectStore("meta").put({ success, from, ahead: clock.ahead() } satisfies db.SyncMeta, "sync");
    });
    data.grids = grids;
    data.from = from;
    app.now = Date.now();
    app.success = success;
  });
}

/** Doors of a sample whose last day is over go, with what was typed of them: also where there is no network. */
export async function eraseOver(): Promise<void> {
  const today = dayOf(clock.surelyNow());
  const left = data.sampled.filter((door) => today <= door.until_on);
  if (left.length < data.sampled.length) {
    data.sampled = left;
    const [[name, me]] = (await lockCache([])) as [readonly [string, db.Locked]];
    await serial(() => db.write(["cache"], (tx) => void tx.objectStore("cache").put(me, name)));
  }
  for (const draft of data.drafts.values())
    if (draft.kind === "sampled_door" && draft.until_on < today) await dropDraft(draft.place);
}

/** What this page still holds goes back into a database that was emptied under it. Photos it does not hold. */
db.onEmptied(async (store) => {
  if (!vault || !identity) throw new StoreError("evicted");
  const { device, pin, lease } = identity;
  const ops = await Promise.all(data.box.ops.map((kept) => record(kept, device)));
  const drafts = await Promise.all([...data.drafts.values()].map((draft) => draftRecord(draft, device)));
  const cache = await lockCache(data.grids);
  const metas: Partial<db.Meta> = {
    device,
    pin,
    lease,
    box: boxMeta(data.box),
    sync: { success: app.success, from: data.from, ahead: clock.ahead() },
    large: app.large,
  };
  await db.put(store, ["meta", "ops", "drafts", "cache"], (tx) => {
    for (const [name, value] of Object.entries(metas)) void tx.objectStore("meta").put(value, name);
    for (const kept of ops) void tx.objectStore("ops").put(kept);
    for (const draft of drafts) void tx.objectStore("drafts").put(draft);
    for (const [name, value] of cache) void tx.objectStore("cache").put(value, name);
  });
});
