/** The phone's own database. Every write waits until it is on the disk (durability strict); the schema only adds. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import * as aside from "./aside";
import { StoreError, storeError } from "./causes";

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
  /** Server time less this phone's clock, ms; phones of an earlier release kept none. */
  ahead?: number;
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
/** A database that has not answered by then is not waited for: some systems leave a request without any end. */
const PATIENCE = 20_000;

let opened: Promise<Database> | null = null;
let wasOpen = false;
let isEmptied = false;
let refill: (db: Database) => Promise<void> = () => Promise.reject(new StoreError("evicted"));

/** `put` gives back what the page still holds, where the system has emptied the database under it; else it rejects. */
export function onEmptied(put: (db: Database) => Promise<void>): void {
  refill = put;
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new StoreError("silent")), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function forget(): void {
  opened = null;
}

function request(): Promise<Database> {
  return new Promise((resolve, reject) => {
    if (!globalThis.indexedDB) throw new StoreError("refused", "no indexedDB");
    openDB<Schema>(NAME, 1, {
      upgrade(db, before) {
        isEmptied ||= wasOpen && before === 0;
        db.createObjectStore("meta");
        db.createObjectStore("cache");
        db.createObjectStore("drafts", { keyPath: "place" });
        db.createObjectStore("ops", { keyPath: "op" }).createIndex("seq", "seq");
        db.createObjectStore("blobs", { keyPath: "sha256" });
      },
      blocked: () => reject(new StoreError("held")),
      blocking(_now, _next, event) {
        forget(); // a newer page or the system wants it
        (event.target as IDBDatabase).close();
      },
    }).then(resolve, reject);
  });
}

async function connect(): Promise<Database> {
  try {
    const db = await inTime(request());
    if (isEmptied)
      await refill(db).catch((error: unknown) => {
        db.close();
        throw error;
      });
    isEmptied = false;
    wasOpen = true;
    return db;
  } catch (error) {
    forget();
    throw storeError(error, true);
  }
}

export function open(): Promise<Database> {
  opened ??= connect();
  return opened;
}

/**
 * Systems close a database under an open page, iOS when memory is short. Then it is opened again and the work is done
 * once more: it may be done twice, for it states whole records. Rejects with a StoreError.
 */
export async function read<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const attempt = async () => {
    const db = await open();
    try {
      return await inTime(work(db));
    } catch (error) {
      throw storeError(error);
    }
  };
  try {
    return await attempt();
  } catch (error) {
    if (!["closed", "broken"].includes((error as StoreError).why)) throw error;
    forget();
    return attempt();
  }
}

type Transaction = ReturnType<typeof transact>;
function transact(db: Database, stores: StoreName[]) {
  return db.transaction(stores, "readwrite", { durability: "strict" });
}

/** One transaction over several stores: all of it is kept, or nothing. Everything slow (sealing) is done before. */
export async function put(db: Database, stores: StoreName[], work: (tx: Transaction) => void): Promise<void> {
  const tx = transact(db, stores);
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

export function write(stores: StoreName[], work: (tx: Transaction) => void): Promise<void> {
  return read((db) => put(db, stores, work));
}

export function getMeta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
  return read((db) => db.get("meta", key)) as Promise<Meta[K] | undefined>;
}

export async function setMeta<K extends keyof Meta>(key: K, value: Meta[K]): Promise<void> {
  await write(["meta"], (tx) => void tx.objectStore("meta").put(value, key));
}

export async function wipe(): Promise<void> {
  aside.dropAll();
  const stores: StoreName[] = ["meta", "cache", "drafts", "ops", "blobs"];
  await write(stores, (tx) => stores.forEach((store) => void tx.objectStore(store).clear()));
}

/** For tests: forget the connection. */
export async function close(): Promise<void> {
  (await opened)?.close();
  forget();
}
