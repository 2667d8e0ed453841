/** When to come again: six days by four times of day, quiet hours left out, what is agreed elsewhere shown. */
import { addDays, atDay, bandOf, dayOf, isQuiet, minutesOf, tried } from "./time";
import { isAbsence } from "./outcomes";
import type { Target, Visit } from "./types";
import { say } from "./words";

/** Name, hours shown, from and to (minutes), and the minute agreed on. */
const TIMES = [
  ["上午", "9–12", 540, 720, 600],
  ["下午", "14–17", 840, 1020, 900],
  ["傍晚", "17–19", 1020, 1140, 1080],
  ["晚间", "19–20:30", 1140, 1230, 1140],
] as const;
export const DAYS = 6;

export interface Slot {
  at: number;
  over: boolean;
  here: boolean;
  busy: number;
}

export function slots(now: number, quiet: readonly [string, string], others: readonly Target[]) {
  const today = dayOf(now);
  const days = Array.from({ length: DAYS }, (_, n) => addDays(today, n));
  const agreed = others
    .filter((one) => one.revisit_at && one.state !== "visited")
    .map((one) => Date.parse(one.revisit_at!));
  const rows = TIMES.map(([name, hours, from, to, minute]) => ({
    name,
    hours,
    slots: days.map((day): Slot => {
      const at = atDay(day, minute);
      const start = atDay(day, from);
      const end = atDay(day, to);
      const here = day === today && minutesOf(now) >= from && minutesOf(now) < to;
      return {
        at,
        over: at <= now || isQuiet(at, quiet),
        here,
        busy: agreed.filter((one) => one >= start && one < end).length,
      };
    }),
  }));
  return { days, rows };
}

/** What this knock adds up to, and what another one would. */
export function hintOf(visits: readonly Visit[], now: number, next: number): string {
  const knocks = [...visits.filter((one) => isAbsence(one.outcome)).map((one) => Date.parse(one.at)), now];
  const { days, bands, enough } = tried(knocks);
  const so = `连今天已试 ${days} 日、${bands} 个时段`;
  if (enough) return `${so}，记“已登记原因”。`;
  if (!next) return `${so}。满 3 日、2 个时段还没人，记“已登记原因”。`;
  const then = tried([...knocks, next]);
  return then.enough
    ? `${so}。那时再来就满 ${then.days} 日，仍没人可记“已登记原因”。`
    : `${so}。下次是${say("band", bandOf(next))}，${then.bands > bands ? "换了时段，更容易见到人。" : "换个时段更容易见到人。"}`;
}
