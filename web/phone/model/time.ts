/** Days, time bands and quiet hours in Beijing time, whatever zone the phone is set to. */

const DAY = 24 * 3600 * 1000;
const ZONE = 8 * 3600 * 1000;

export type Band = "morning" | "afternoon" | "evening" | "weekend";

/** The moment shifted so that its UTC parts read as Beijing time. */
const local = (at: number) => new Date(at + ZONE);

export const dayOf = (at: number): string => local(at).toISOString().slice(0, 10);
export const atDay = (day: string, minutes: number): number => Date.parse(`${day}T00:00:00Z`) - ZONE + minutes * 60000;
export const addDays = (day: string, n: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY).toISOString().slice(0, 10);
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY);
export const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();
export const minutesOf = (at: number): number => local(at).getUTCHours() * 60 + local(at).getUTCMinutes();
export const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

export function bandOf(at: number): Band {
  if ([0, 6].includes(weekday(dayOf(at)))) return "weekend";
  const hour = local(at).getUTCHours();
  return hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
}

/** What knocks nobody answered add up to: on at least 3 days in at least 2 bands they count as explained. */
export function tried(knocks: readonly number[]): { days: number; bands: number; enough: boolean } {
  const days = new Set(knocks.map(dayOf)).size;
  const bands = new Set(knocks.map(bandOf)).size;
  return { days, bands, enough: days >= 3 && bands >= 2 };
}

export function isQuiet(at: number, quiet: readonly [string, string]): boolean {
  const now = minutesOf(at);
  return now >= minutes(quiet[0]) || now < minutes(quiet[1]);
}

export const WEEKDAYS = "日一二三四五六";

export function sayDay(day: string, today: string): string {
  const n = daysBetween(today, day);
  if (n === 0) return "今天";
  if (n === 1) return "明天";
  if (n === -1) return "昨天";
  const [year, month, date] = day.split("-").map(Number);
  return `${year === Number(today.slice(0, 4)) ? "" : `${year}年`}${month}月${date}日`;
}

export function sayClock(at: number): string {
  const now = minutesOf(at);
  return `${String(Math.floor(now / 60)).padStart(2, "0")}:${String(now % 60).padStart(2, "0")}`;
}

export function sayMoment(at: number, today: string): string {
  return `${sayDay(dayOf(at), today)} ${sayClock(at)}`;
}
