/** Requests to the server, signed by this phone's key; packed where the browser can. */
import { sha256 } from "../model/canonical";
import { StoreError } from "../store/causes";
import * as clock from "../store/clock";
import { sign, toBase64 } from "../store/crypto";
import { getMeta } from "../store/db";

export const API = "/phone/api/";
const PATIENCE = 30_000;

/** The server's time as an answer tells it: a clock that is wrong shuts nobody out. */
function hear(said: Record<string, unknown>): void {
  const now = typeof said.now === "string" ? Date.parse(said.now) : NaN;
  if (!Number.isNaN(now)) clock.hear(now);
}

/** The server answered, and it was no. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly problem: string,
    readonly more: Record<string, unknown>,
  ) {
    super(problem);
  }
  get text(): string {
    return typeof this.more.text === "string" ? this.more.text : "";
  }
}

/** No answer: no network, or none in time. The request may have arrived all the same. */
export class Unreached extends Error {}

/** The server is there and busy, or just coming back: nothing was taken, and in so many seconds it is asked again. */
export class Busy extends Unreached {
  constructor(readonly seconds: number) {
    super("busy");
  }
}

async function pack(body: Uint8Array<ArrayBuffer>): Promise<{ body: Uint8Array<ArrayBuffer>; packed: boolean }> {
  if (body.length < 1024 || typeof CompressionStream === "undefined") return { body, packed: false };
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: new Uint8Array(await new Response(stream).arrayBuffer()), packed: true };
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    return await fetch(path, {
      ...init,
      signal: abort.signal,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
    });
  } catch (error) {
    throw new Unreached(String(error));
  } finally {
    clearTimeout(timer);
  }
}

async function answer<T>(response: Response): Promise<T> {
  let said: Record<string, unknown>;
  try {
    said = (await response.json()) as Record<string, unknown>;
  } catch (error) {
    // A gateway's page, or the answer broke off.
    if (response.ok || response.status >= 500) throw new Unreached(String(error));
    said = {};
  }
  if (response.status === 503 && said.problem === "busy") throw new Busy(Number(said.seconds) || 5);
  if (response.status >= 500) throw new Unreached(String(response.status));
  hear(said);
  if (!response.ok) throw new Problem(response.status, String(said.problem ?? response.status), said);
  return said as T;
}

export async function open<T>(name: string, content: unknown): Promise<T> {
  const body = new TextEncoder().encode(JSON.stringify(content));
  return answer<T>(await send(API + name, { method: "POST", body, headers: { "Content-Type": "application/json" } }));
}

export async function authorization(method: string, path: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const device = await getMeta("device");
  if (!device) throw new StoreError("evicted");
  const at = String(Date.now());
  const now = String(Date.now() + clock.aheadHeard());
  const sig = await sign(device.keys, `${method}\n${path}\n${at} ${now}\n${await sha256(body)}`);
  return `Gridwalk device="${device.device}", at="${at}", now="${now}", sig="${sig}"`;
}

/** One signed request; asked once more where it was signed by another time than the server's, which is known then. */
export async function signed<T>(name: string, content: unknown): Promise<T> {
  try {
    return await once<T>(name, content);
  } catch (error) {
    if (!(error instanceof Problem) || error.problem !== "stale") throw error;
    return once<T>(name, content);
  }
}

async function once<T>(name: string, content: unknown): Promise<T> {
  const clear = new TextEncoder().encode(JSON.stringify(content));
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    Authorization: await authorization("POST", API + name, clear),
  };
  const { body, packed } = await pack(clear);
  if (packed) headers["Content-Encoding"] = "gzip";
  return answer<T>(await send(API + name, { method: "POST", body, headers }));
}

/** Uploads a photo resumably (tus 1.0, creation); resolves when the server has all of it. */
export async function upload(hash: string, photo: Uint8Array<ArrayBuffer>): Promise<void> {
  const none = new Uint8Array(0);
  const made = await send(`${API}attachments/`, {
    method: "POST",
    headers: {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": String(photo.length),
      "Upload-Metadata": `sha256 ${toBase64(new TextEncoder().encode(hash))}`,
      Authorization: await authorization("POST", `${API}attachments/`, none),
    },
  });
  if (!made.ok) await answer(made);
  const path = new URL(made.headers.get("Location")!, location.href).pathname;
  const from = Number(made.headers.get("Upload-Offset") ?? 0);
  if (from >= photo.length) return;
  const piece = photo.slice(from);
  const sent = await send(path, {
    method: "PATCH",
    body: piece,
    headers: {
      "Tus-Resumable": "1.0.0",
      "Upload-Offset": String(from),
      "Content-Type": "application/offset+octet-stream",
      Authorization: await authorization("PATCH", path, piece),
    },
  });
  if (!sent.ok) await answer(sent);
}
