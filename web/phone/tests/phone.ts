/** An activated phone on a real IndexedDB. `restart` is what is left when the browser has been killed. */
import "fake-indexeddb/auto";
import { vi } from "vitest";
import { blank, toOp, type Draft } from "../model/draft";
import type { Op } from "../model/types";
import type * as Db from "../store/db";
import type * as Session from "../store/session";

export const PIN = "271828";
const SHARE = btoa("s".repeat(32));
export let db: typeof Db;
export let session: typeof Session;
export let server: CryptoKeyPair;

vi.stubGlobal("navigator", { onLine: true });

export async function restart(): Promise<void> {
  await db?.close();
  vi.resetModules();
  db = await import("../store/db");
  session = await import("../store/session");
}

export async function activate(): Promise<void> {
  await restart();
  server = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const device = {
    device: "a",
    name: "手机",
    keys: null,
    server_key: await crypto.subtle.exportKey("jwk", server.publicKey),
    key_id: "k1",
    deposit_token: "t",
  };
  await db.write(["meta"], (tx) => {
    // fake-indexeddb cannot clone a CryptoKey; nothing is signed here.
    void tx.objectStore("meta").put(device, "device");
    void tx.objectStore("meta").put({ share: SHARE, until: Date.now() + 3600_000 }, "lease");
    void tx.objectStore("meta").put({ epoch: 1, cursor: 1, last: 0 }, "box");
    void tx.objectStore("meta").put({ success: null, from: 1 }, "sync");
  });
  await session.setFirstPin(PIN);
}

export const typed = (place: string): Draft => ({
  ...blank("dwelling", place),
  note: { kind: "hazard", text: "程望舒家门口的灯" },
});

export const visit = (place: string, draft = typed(place)): Promise<Op> =>
  session.finish((seq) => toOp(session.book.value, draft, { outcome: "met" }, { at: new Date(), mono: 0, seq }), place);
