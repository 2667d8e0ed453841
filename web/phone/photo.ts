/** A photo of a hazard or request. Drawing it anew makes it small and leaves its EXIF (and any place in it) behind. */
import { sha256 } from "./model/canonical";
import { lockBytes } from "./store/crypto";
import * as db from "./store/db";
import { theVault } from "./store/session";

export const MOST = 200_000;
const EDGE = 1600;

/** It is no picture, or cannot be made small. */
export class Unreadable extends Error {}

/** Upright: an image element turns it as its EXIF says, in every engine this app runs in. */
async function load(file: Blob): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return image;
  } catch (error) {
    throw new Unreadable(String(error));
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

export async function shrink(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const image = await load(file);
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  let edge = EDGE;
  for (let tries = 0; tries < 12; tries++) {
    const scale = Math.min(1, edge / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const quality = 0.82 - 0.1 * (tries % 4);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob && blob.size <= MOST) return new Uint8Array(await blob.arrayBuffer());
    if (tries % 4 === 3) edge = Math.round(edge * 0.7);
  }
  throw new Unreadable("the photo does not get small enough");
}

/** Keeps the photo encrypted until the server has it; returns its hash. */
export async function keep(file: Blob): Promise<string> {
  const bytes = await shrink(file);
  const hash = await sha256(bytes);
  const locked = await lockBytes(theVault(), bytes);
  await db.write(["blobs"], (tx) => void tx.objectStore("blobs").put({ sha256: hash, size: bytes.length, ...locked }));
  return hash;
}
