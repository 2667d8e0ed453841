/**
 * Web Crypto only. Two protections: a key from PIN and server share for what can be read again, the server's key for
 * what must not be lost.
 */

export type Bytes = Uint8Array<ArrayBuffer>;
const text = new TextEncoder();
const EC = { name: "ECDSA", namedCurve: "P-256" } as const;
const INFO = text.encode("gridwalk outbox 1");
const CACHE_INFO = text.encode("gridwalk cache 1");
export const ITERATIONS = 600_000;

export const random = (n: number): Bytes => crypto.getRandomValues(new Uint8Array(n));

export function toBase64(raw: Uint8Array): string {
  let out = "";
  for (let at = 0; at < raw.length; at += 0x8000) out += String.fromCharCode(...raw.subarray(at, at + 0x8000));
  return btoa(out);
}

export function fromBase64(raw: string): Bytes {
  const folded = raw.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(folded + "=".repeat((4 - (folded.length % 4)) % 4)), (c) => c.charCodeAt(0));
}

export const toBase64Url = (raw: Uint8Array): string =>
  toBase64(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The key that signs every request; its private half never leaves the browser's key store. */
export function newDeviceKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(EC, false, ["sign", "verify"]);
}

export async function publicJwk(keys: CryptoKeyPair): Promise<JsonWebKey> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  return { kty: kty!, crv: crv!, x: x!, y: y! };
}

export async function sign(keys: CryptoKeyPair, message: string): Promise<string> {
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, text.encode(message));
  return toBase64Url(new Uint8Array(raw));
}

/** Seals for the server alone: ephemeral point ‖ iv ‖ AES-256-GCM, the op id as associated data; base64. */
export async function seal(serverKey: JsonWebKey, op: string, clear: string): Promise<string> {
  const ecdh = { name: "ECDH", namedCurve: "P-256" } as const;
  const server = await crypto.subtle.importKey("jwk", { ...serverKey, key_ops: [] }, ecdh, false, []);
  const ephemeral = await crypto.subtle.generateKey(ecdh, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, ephemeral.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info: INFO },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const iv = random(12);
  const ct = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(op) }, key, text.encode(clear)),
  );
  const out = new Uint8Array(point.length + iv.length + ct.length);
  out.set(point);
  out.set(iv, point.length);
  out.set(ct, point.length + iv.length);
  return toBase64(out);
}

/** What a PIN alone gives; with the server's share it becomes the key that wraps the vault's. */
export async function pinBase(pin: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, typed, 256);
  return crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
}

export function wrappingKey(base: CryptoKey, share: string): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: fromBase64(share), info: CACHE_INFO },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["wrapKey", "unwrapKey"],
  );
}

export function newVaultKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
}

export async function wrap(vault: CryptoKey, kek: CryptoKey): Promise<{ iv: Bytes; wrapped: ArrayBuffer }> {
  const iv = random(12);
  return { iv, wrapped: await crypto.subtle.wrapKey("raw", vault, kek, { name: "AES-GCM", iv }) };
}

/** Rejects where PIN or share is another one. */
export function unwrap(wrapped: ArrayBuffer, iv: Bytes, kek: CryptoKey): Promise<CryptoKey> {
  return crypto.subtle.unwrapKey("raw", wrapped, kek, { name: "AES-GCM", iv }, "AES-GCM", true, ["encrypt", "decrypt"]);
}

export async function lock(vault: CryptoKey, value: unknown): Promise<{ iv: Bytes; ct: ArrayBuffer }> {
  return lockBytes(vault, text.encode(JSON.stringify(value)));
}

export async function lockBytes(vault: CryptoKey, raw: Bytes): Promise<{ iv: Bytes; ct: ArrayBuffer }> {
  const iv = random(12);
  return { iv, ct: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, vault, raw) };
}

export async function unlockBytes(vault: CryptoKey, locked: { iv: Bytes; ct: ArrayBuffer }): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: locked.iv }, vault, locked.ct));
}

export async function unlock<T>(vault: CryptoKey, locked: { iv: Bytes; ct: ArrayBuffer }): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await unlockBytes(vault, locked))) as T;
}
