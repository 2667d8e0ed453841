/** The phone's own database. Every write waits until it is on the disk (durability strict); the schema only adds. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export interface Locked {
  iv: Uint8Array<ArrayBuffer>;
  ct: ArrayBuffer;
}
export interface OpRecord extends Locked {
  op: string;
  seq: number;
  /** base64; what the server alone can open, so that no lost PIN loses a visit. */
  sealed: string;
  key_id: string;
}
export interface DraftRecord extends Locked {
  place: string;
  op: string;
  sealed: string;
  key_id: string;
}
export interface BlobRecord extends Locked {
  sha256: string;
  size: number;
}
export interface DeviceMeta {
  device: string;
  name: string;
  keys: CryptoKeyPair;
  server_key: JsonWebKey;
  key_id: string;
  deposit_token: string;
}
export interface PinMeta {
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}
export interface LeaseMeta {
  /** The server's half of the key; forgotten when the lease is over. */
  share: string | null;
  until: number;
}
export interface BoxMeta {
  epoch: number | null;
  cursor: number;
  last: number;
}
export interface SyncMeta {
  /** When the server last answered everything, ms. */
  success: number | null;
  /** The first sequence number the last pull did not see. */
  from: number;
}
export interface TriesMeta {
  n: number;
  until: number;
}
export interface Meta {
  device: DeviceMeta;
  pin: PinMeta;
  lease: LeaseMeta;
  box: BoxMeta;
  sync: SyncMeta;
  tries: TriesMeta;
  large: boolean;
}

interface Schema extends DBSchema {
  meta: { key: string; value: unknown };
  cache: { key: string; value: Locked };
  drafts: { key: string; value: DraftRecord };
  ops: { key: string; value: OpRecord; indexes: { seq: number } };
  blobs: { key: string; value: BlobRecord };
}
export type StoreName = "meta" | "cache" | "drafts" | "ops" | "blobs";
export type Database = IDBPDatabase<Schema>;

export const NAME = "gridwalk-phone";
let opened: Promise<Database> | null = null;

export function open(): Promise<Database> {
  opened ??= openDB<Schema>(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("meta");
      db.createObjectStore("cache");
      db.createObjectStore("drafts", { keyPath: "place" });
      db.createObjectStore("ops", { keyPath: "op" }).createIndex("seq", "seq");
      db.createObjectStore("blobs", { keyPath: "sha256" });
    },
  });
  return opened;
}

type Transaction = ReturnType<typeof transact>;
function transact(db: Database, stores: StoreName[]) {
  return db.transaction(stores, "readwrite", { durability: "strict" });
}

/** One transaction over several stores: all of it is kept, or nothing. Everything slow (sealing) is done before. */
export async function write(stores: StoreName[], work: (tx: Transaction) => void): Promise<void> {
  const tx = transact(await open(), stores);
  const done = tx.done;
  try {
    work(tx);
  } catch (error) {
    done.catch(() => undefined);
    tx.abort();
    throw error;
  }
  await done;
}

export async function getMeta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
  return (await (await open()).get("meta", key)) as Meta[K] | undefined;
}

export async function setMeta<K extends keyof Meta>(key: K, value: Meta[K]): Promise<void> {
  await write(["meta"], (tx) => void tx.objectStore("meta").put(value, key));
}

export async function wipe(): Promise<void> {
  const stores: StoreName[] = ["meta", "cache", "drafts", "ops", "blobs"];
  await write(stores, (tx) => stores.forEach((store) => void tx.objectStore(store).clear()));
}

/** For tests: forget the connection. */
export async function close(): Promise<void> {
  (await opened)?.close();
  opened = null;
}
