/**
 * Drafts laid beside a database that takes nothing: encrypted under the vault's key, in what the browser keeps of this
 * page when it is opened anew. They go back into the database, and from here, as soon as it takes them.
 */
import type { AnyDraft } from "../model/sampled";
import { fromBase64, lock, toBase64, unlock } from "./crypto";

const PREFIX = "gridwalk-draft ";

function storage(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // refused, as the database was
  }
}

/** Whether it will be there. */
export async function put(vault: CryptoKey, draft: AnyDraft): Promise<boolean> {
  try {
    const { iv, ct } = await lock(vault, draft);
    storage()!.setItem(PREFIX + draft.place, `${toBase64(iv)} ${toBase64(new Uint8Array(ct))}`);
    return true;
  } catch {
    return false;
  }
}

export async function all(vault: CryptoKey): Promise<AnyDraft[]> {
  const drafts: AnyDraft[] = [];
  for (const name of names()) {
    const [iv = "", ct = ""] = storage()!.getItem(name)!.split(" ");
    try {
      drafts.push(await unlock<AnyDraft>(vault, { iv: fromBase64(iv), ct: fromBase64(ct).buffer }));
    } catch {
      storage()!.removeItem(name); // of another vault: nobody can read it any more
    }
  }
  return drafts;
}

export function drop(place: string): void {
  storage()?.removeItem(PREFIX + place);
}

export function dropAll(): void {
  for (const name of names()) storage()!.removeItem(name);
}

const names = (): string[] => Object.keys(storage() ?? {}).filter((name) => name.startsWith(PREFIX));
