/** What can come of a visit. `outcomes.json` is written by the server's declaration, and a test holds it to that. */
import declared from "../outcomes.json";

interface Declared {
  label: string;
  mark: string;
  settles: string;
  text: string;
  note: string;
}

const OUTCOMES: Record<string, Declared> = declared;

function words(of: "label" | "mark"): Record<string, string> {
  return Object.fromEntries(Object.entries(OUTCOMES).map(([code, outcome]) => [code, outcome[of]]));
}

export const LABELS = words("label");
export const MARKS = words("mark");

/** How an outcome settles a door; empty for one this release does not know. */
export function settles(outcome: string): string {
  return OUTCOMES[outcome]?.settles ?? "";
}

/** Nobody opened, or somebody does not want the visit. */
export function isFailed(outcome: string): boolean {
  return isAbsence(outcome) || settles(outcome) === "as_explained";
}

export function isAbsence(outcome: string): boolean {
  return settles(outcome) === "when_repeated";
}

/** Somebody opened and asked for another time. */
export function isLater(outcome: string): boolean {
  return settles(outcome) === "later";
}

/** A knock that did not settle the door: a call after it does. */
export function isKnock(outcome: string): boolean {
  return isFailed(outcome) || isLater(outcome);
}

/** Whether a resident can have named the time of the next visit; after any other outcome one chose it oneself. */
export function isSpoken(outcome: string): boolean {
  return isLater(outcome) || settles(outcome) === "after_a_knock";
}

/** What can be chosen beside 见到了, the knocks that settled nothing first. */
export const CHOICES = Object.entries(OUTCOMES)
  .filter(([, outcome]) => outcome.text)
  .map(([code, { text, note }]) => ({ code, text, note }))
  .sort((a, b) => Number(isKnock(b.code)) - Number(isKnock(a.code)));
