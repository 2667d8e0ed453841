/** The server's time as last learned: what ends by day ends by it, also where a phone's own clock is wrong. */

/** Server time less this phone's clock, in ms: heard by this page, and as an earlier page kept it. */
let heard: number | null = null;
let kept = 0;

export function hear(now: number): void {
  heard = now - Date.now();
}

export function recall(ahead: number): void {
  kept = ahead;
}

/** What a request is signed by: only what this page heard, for the clock may have been set right since. */
export const aheadHeard = (): number => heard ?? 0;

/** What is kept on the disk for the next page. */
export const ahead = (): number => heard ?? kept;

export const serverNow = (): number => Date.now() + ahead();

/** By when a day is over for certain: the clock may have been set right since an earlier page heard the server. */
export const surelyNow = (): number => (heard === null ? Math.min(Date.now(), serverNow()) : serverNow());
