/** UUIDv7 (RFC 9562): sortable by time, and never going backwards on one phone even when its clock does. */

let last = 0;
let counter = 0;

export function uuid7(
  now: number = Date.now(),
  random: (n: number) => Uint8Array = (n) => crypto.getRandomValues(new Uint8Array(n)),
): string {
  if (now > last) {
    last = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    last += 1;
    counter = 0;
  }
  const tail = random(8);
  tail[0] = (tail[0]! & 0x3f) | 0x80;
  const time = last.toString(16).padStart(12, "0");
  const rest = Array.from(tail, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const hex = `${time}7${counter.toString(16).padStart(3, "0")}${rest}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
