/** What the phone makes of the wire; the wire's own types are rendered (`wire.ts`, `rows.ts`). */
import type { Row, Visit as VisitRow } from "./rows";
import type { Fact, Op, Worker } from "./wire";

export type * from "./rows";
export type * from "./wire";

export type Heads = Record<string, string>;
export type Facts = Record<string, Fact>;
export type PlaceKind = VisitRow["place_kind"];
/** A visit in the book: whether it is my own; of another's the server says the day and the time band. */
export type Visit = VisitRow & { own: boolean };
export type User = Worker;

/** What the server said of an op. */
export interface Verdict {
  state: "accepted" | "difference" | "returned";
  reason: string;
  text: string;
  /** `person`: who came to the door, and waits for the word of the side that has them on record. */
  differences: { field: string; id: string; person?: string }[];
}
export interface Kept {
  op: Op;
  verdict: Verdict | null;
  /** When the server first acknowledged it, ms; kept 30 days from then. */
  acked: number | null;
}

export interface GridCache {
  grid: string;
  version: number;
  hash: string;
  rows: Row[];
  /** The visits among the rows that are mine; what an earlier app kept came without. */
  own?: string[];
}
