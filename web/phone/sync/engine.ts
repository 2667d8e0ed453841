/** Sync in the background of use: push what waits, upload photos, pull what changed. No screen waits for it. */
import { hashOf, merge, type Pulled } from "../model/cache";
import { nextPush, waiting, type Result } from "../model/outbox";
import type { User } from "../model/types";
import { explain as explainStore, StoreError } from "../store/causes";
import { unlockBytes } from "../store/crypto";
import * as db from "../store/db";
import * as session from "../store/session";
import { Busy, open, Problem, signed, Unreached, upload } from "./client";

const EVERY = 60_000;
const MOST_OPS = 200;
/** Before packing; the server takes 256 KiB packed. */
const MOST_BYTES = 600_000;
const RENEW_BEFORE = 48 * 3600_000;

interface Leased {
  share: string;
  lease_until: string;
  epoch: number;
  user: User;
  server_key: JsonWebKey;
  key_id: string;
  settings: { quiet?: [string, string] };
}

/** After no answer although there is a network; then the minute's beat goes on. */
const RETRIES = [3_000, 10_000, 30_000];
let failed = 0;

let running: Promise<void> | null = null;
let again = false;

/** Starts a sync unless one runs; then another one follows it. Never rejects. */
export function sync(): Promise<void> {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    do {
      again = false;
      await round();
    } while (again && session.isOpen());
  })().finally(() => {
    running = null;
  });
  return running;
}

async function round(): Promise<void> {
  if (!session.isOpen() || session.app.phase !== "open") return;
  session.app.syncing = true;
  try {
    if (session.app.leaseUntil - Date.now() < RENEW_BEFORE || !session.data.user.id) await renew();
    await pushAll();
    await uploadAll();
    await pull();
    await report();
    failed = 0;
    session.app.trouble = "";
    session.app.unbound = false;
    session.app.online = true;
  } catch (error) {
    await explain(error);
  } finally {
    session.app.syncing = false;
  }
}

async function explain(error: unknown): Promise<void> {
  if (error instanceof Busy) {
    session.app.online = true;
    session.app.trouble = ""; // what waits is shown as waiting
    const spread = Math.random() * 2000; // the phones of one grid do not come back at the same moment
    setTimeout(() => void sync(), error.seconds * 1000 + spread);
    return;
  }
  if (error instanceof Unreached) {
    session.app.online = false;
    session.app.trouble = "";
    const wait = RETRIES[failed++];
    if (navigator.onLine && wait) setTimeout(() => void sync(), wait);
    return;
  }
  if (!(error instanceof Problem)) {
    session.app.trouble =
      error instanceof StoreError
        ? explainStore(error, "这次没传成").text
        : "这次没传成，内容都在手机里。过一会儿自己再试。";
    return;
  }
  session.app.online = true;
  if (error.problem === "revoked") {
    await handOver().catch(explain); // a copy may have ended the token they share: it is bound again, or exported
    return;
  }
  session.app.unbound = error.problem === "unknown_device" || error.problem === "bad_signature";
  session.app.trouble = session.app.unbound
    ? "服务器不认得这部手机了，内容都在。点这里，用新的激活码重新绑定。"
    : error.text || "这次没传成，内容都在手机里。过一会儿自己再试。";
}

async function renew(): Promise<void> {
  const said = await signed<Leased>("lease", {});
  await takeLease(said);
  session.data.user = said.user;
  if (said.settings.quiet) session.data.quiet = said.settings.quiet;
  if (said.epoch !== session.data.box.epoch) await session.apply({ type: "epoch", epoch: said.epoch });
}

async function takeLease(said: Leased): Promise<void> {
  const device = (await db.getMeta("device"))!;
  if (device.key_id !== said.key_id)
    await db.setMeta("device", { ...device, server_key: said.server_key, key_id: said.key_id });
  await session.takeShare(said.share, Date.parse(said.lease_until));
}

/** The offline lease was over: gets the share anew before the PIN is tried. Rejects with Unreached or Problem. */
export async function renewLocked(): Promise<void> {
  await takeLease(await signed<Leased>("lease", {}));
}

async function pushAll(): Promise<void> {
  let most = MOST_OPS;
  for (let rounds = 0; rounds < 1000; rounds++) {
    const { epoch } = session.data.box;
    const next = nextPush(session.data.box, most, MOST_BYTES);
    if (!next) return;
    try {
      const said = await signed<{ epoch: number; next_seq: number; results: Result[]; lease_until: string }>("push", {
        epoch,
        ...next,
      });
      const stuck = said.next_seq <= next.seq_from;
      await session.apply({ type: "answered", ...said, now: Date.now() });
      if (stuck) throw new Problem(200, "stuck", {});
    } catch (error) {
      if (error instanceof Problem && error.status === 413 && most > 1) most = Math.max(1, most >> 2);
      else await reconcile(error);
    }
  }
}

/** A gap, a clone: takes up the sequence where the server says; anything else is thrown on. */
async function reconcile(error: unknown): Promise<void> {
  if (!(error instanceof Problem) || error.status !== 409) throw error;
  const said = error.more as { epoch: number; next_seq: number; device: string; deposit_token: string };
  if (error.problem === "gap") await session.apply({ type: "gap", epoch: said.epoch, next_seq: said.next_seq });
  else if (error.problem === "cloned") {
    await session.apply(
      { type: "cloned", epoch: said.epoch, device: said.device, next_seq: said.next_seq },
      { device: said.device, deposit_token: said.deposit_token },
    );
  } else throw error;
}

async function uploadAll(): Promise<void> {
  const sent = new Set(
    session.data.box.ops.filter((kept) => kept.op.seq < session.data.box.cursor).flatMap((kept) => kept.op.att),
  );
  for (const record of await db.read((store) => store.getAll("blobs"))) {
    if (!sent.has(record.sha256)) continue;
    try {
      await upload(record.sha256, await unlockBytes(session.theVault(), record));
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 401) throw error;
      continue; // the photo stays here; the visit is there without it
    }
    await db.write(["blobs"], (tx) => void tx.objectStore("blobs").delete(record.sha256));
  }
}

async function pull(): Promise<void> {
  const { box } = session.data;
  const from = box.cursor;
  const since = Object.fromEntries(session.data.grids.map((grid) => [grid.grid, grid.version]));
  let said = await signed<Pulled>("pull", { since, epoch: box.epoch });
  if (said.epoch !== box.epoch) {
    await session.apply({ type: "epoch", epoch: said.epoch });
    if (box.epoch !== null) {
      await pushAll(); // another life of the server: all that is kept is offered again first
      return pull();
    }
  }
  let grids = takeIn(said);
  const wrong = await disagreeing(said, grids);
  if (wrong.length) {
    for (const grid of wrong) delete since[grid];
    said = await signed<Pulled>("pull", { since, epoch: said.epoch });
    grids = takeIn(said);
  }
  if (said.users) session.data.users = { ...session.data.users, ...said.users };
  if (said.campaign !== undefined) {
    session.data.campaign = said.campaign;
    if (said.campaign) session.data.quiet = said.campaign.quiet;
  }
  if (said.notices) session.data.notices = said.notices;
  if (said.posts) session.data.posts = said.posts;
  if (said.matters) session.data.matters = said.matters;
  session.data.n_matters = said.n_matters ?? session.data.matters.length;
  session.data.sampled = said.sampled ?? [];
  session.data.n_sampled = said.n_sampled ?? 0;
  const known = new Set(session.data.user.grids.map((grid) => grid.code));
  const isNews = said.left.length > 0 || (session.data.sampled.length > 0 && !session.data.user.asks);
  if (isNews || grids.some((grid) => !known.has(grid.grid))) await renew(); // my grids' names and posts come with it
  await session.keepCache(grids, said.left, from, Date.now());
  await dropUntold();
  if (said.decided?.length) await session.apply({ type: "decided", decided: said.decided });
  await session.apply({ type: "expired", now: Date.now() });
}

/** What was typed of a sampled door goes when the door is told no more: it was given to another, or it is closed. */
export async function dropUntold(): Promise<void> {
  const told = new Set(session.data.sampled.map(({ id }) => id));
  for (const draft of [...session.data.drafts.values()])
    if (draft.kind === "sampled_door" && !told.has(draft.place)) await session.dropDraft(draft.place);
}

function takeIn(said: Pulled) {
  const before = new Map(session.data.grids.map((grid) => [grid.grid, grid]));
  for (const grid of said.left) before.delete(grid);
  for (const grid of said.grids) {
    const was = before.get(grid.grid);
    if (was && !grid.full && !grid.rows.length && !grid.gone.length && was.version === grid.version) continue;
    before.set(grid.grid, merge(was, grid));
  }
  return [...before.values()].sort((a, b) => (a.grid < b.grid ? -1 : 1));
}

/** Grids whose rows here and there are not the same (I3); they are fetched whole. */
async function disagreeing(said: Pulled, grids: ReturnType<typeof takeIn>): Promise<string[]> {
  const wrong: string[] = [];
  for (const { grid, hash } of said.grids) {
    const kept = grids.find((one) => one.grid === grid);
    if (hash && kept && (await hashOf(kept.rows)) !== hash) wrong.push(grid);
  }
  return wrong;
}

/** Deposits everything kept as sealed, without PIN or session. Returns whether all of it was taken. */
export async function deposit(): Promise<{ all: boolean; wipe: boolean }> {
  const device = (await db.getMeta("device"))!;
  const records = await kept(); // acknowledged ones too: the server may have been restored in between
  let wipe = false;
  for (let at = 0; at === 0 || at < records.length; at += 100) {
    const ops = records.slice(at, at + 100).map(({ op, seq, key_id, sealed }) => ({ op, seq, key_id, sealed }));
    const said = await open<{ taken: string[]; wipe: boolean }>("deposit", { token: device.deposit_token, ops });
    wipe = said.wipe;
    if (!ops.every((one) => said.taken.includes(one.op))) return { all: false, wipe: false };
  }
  return { all: true, wipe };
}

/** Tells the server that all was handed in, so that the token ends; unheard, it ends by itself some weeks later. */
async function depositDone(): Promise<void> {
  const device = (await db.getMeta("device"))!;
  await open("deposit", { token: device.deposit_token, ops: [], done: true }).catch(() => undefined);
}

function kept(): Promise<db.OpRecord[]> {
  return db.read((store) => store.getAllFromIndex("ops", "seq"));
}

/** The sealed ops the server does not have, as they lie on the disk. */
export async function unsent(): Promise<db.OpRecord[]> {
  const cursor = (await db.getMeta("box"))?.cursor ?? 1;
  return (await kept()).filter((record) => record.seq >= cursor);
}

/** A revoked phone hands over what it holds; only what has arrived is erased. */
async function handOver(): Promise<void> {
  const { all, wipe } = await deposit();
  if (!all || !wipe) {
    session.app.trouble = "这部手机已停用，内容还没交完，都在手机里。连着网等一等。";
    return;
  }
  await depositDone();
  session.shut();
  await db.wipe();
  session.app.phase = "wiped";
}

export { handOver };

/** The outbox as a file an administrator can take in; sealed, so that it may go by any way. */
export async function exportOutbox(): Promise<{ name: string; text: string; n: number }> {
  const device = (await db.getMeta("device"))!;
  const ops = (await unsent()).map(({ op, seq, key_id, sealed }) => ({ op, seq, key_id, sealed }));
  const made_at = new Date().toISOString();
  const text = JSON.stringify({ format: "gridwalk-outbox-1", device: device.device, made_at, ops });
  return { name: `${made_at.slice(0, 10)}-${ops.length}条.gwo`, text, n: ops.length };
}

/** Tells the server how much is still here, for the office's list of phones. */
async function report(): Promise<void> {
  const n = waiting(session.data.box).length;
  if (n) await signed("device/me", { waiting: n }).catch(() => undefined);
}

/** What was told is read; offline it stays unread until the next time it is looked at. */
export async function readNotices(): Promise<void> {
  const read = session.data.notices.filter((notice) => !notice.read).map((notice) => notice.id);
  await signed("device/me", { waiting: waiting(session.data.box).length, read });
  session.data.notices = session.data.notices.map((notice) => ({ ...notice, read: true }));
}

export function start(): void {
  addEventListener("online", () => {
    failed = 0;
    void sync();
  });
  addEventListener("offline", () => (session.app.online = false));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void sync());
  setInterval(() => {
    session.app.now = Date.now();
    if (session.isOpen()) void session.eraseOver().catch(() => undefined); // the next beat tries again
    if (document.visibilityState === "visible") void sync();
  }, EVERY);
}
