/** UUIDv7 (RFC 9562) of the street's day: an id tells nobody at what minute it was made (red line 2). */
import { atDay, dayOf } from "./time";

export function uuid7(
  now: number = Date.now(),
  random: (n: number) => Uint8Array = (n) => crypto.getRandomValues(new Uint8Array(n)),
): string {
  const tail = random(10);
  tail[0] = (tail[0]! & 0x0f) | 0x70;
  tail[2] = (tail[2]! & 0x3f) | 0x80;
  const time = atDay(dayOf(now), 0).toString(16).padStart(12, "0");
  const hex = time + Array.from(tail, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
