/**
 * The outbox as a pure reducer. Whether an op is on the server is never a flag of its own: it is there when its place
 * in the sequence lies before `cursor`, the number the server waits for. So a restored server, a cloned phone and a
 * dropped response all come to the same: the cursor moves back, and what lies behind it is waiting again (I1).
 */
import type { Kept, Op, Verdict } from "./types";

export const KEPT_MS = 30 * 24 * 3600 * 1000;

export interface Outbox {
  device: string;
  epoch: number | null;
  /** The sequence number the server waits for, as far as this phone knows. */
  cursor: number;
  /** The last sequence number given. */
  last: number;
  ops: readonly Kept[];
}

export interface Result extends Partial<Verdict> {
  op: string;
  seq: number;
  state: Verdict["state"];
}

/** What became of an op after it was answered. */
export interface Decided extends Partial<Verdict> {
  op: string;
  state: Verdict["state"];
}

export type Event =
  | { type: "finished"; op: Op }
  | { type: "answered"; epoch: number; next_seq: number; results: Result[]; now: number }
  | { type: "gap"; epoch: number; next_seq: number }
  | { type: "cloned"; epoch: number; device: string; next_seq: number }
  | { type: "epoch"; epoch: number }
  | { type: "decided"; decided: Decided[] }
  | { type: "expired"; now: number };

export function empty(device: string, next: number, epoch: number | null): Outbox {
  return { device, epoch, cursor: next, last: next - 1, ops: [] };
}

export function isWaiting(box: Outbox, kept: Kept): boolean {
  return kept.op.seq >= box.cursor;
}

export function waiting(box: Outbox): Kept[] {
  return box.ops.filter((kept) => isWaiting(box, kept));
}

/** The five states a visit shows; a draft is none of the outbox's. */
export function stateOf(box: Outbox, kept: Kept): "waiting" | "accepted" | "difference" | "returned" {
  return isWaiting(box, kept) ? "waiting" : (kept.verdict?.state ?? "accepted");
}

/** Who came with an op and is waited for: nobody any more once the other side has decided. */
export function awaitedOf({ verdict }: Kept): string[] {
  if (verdict?.state !== "difference" || verdict.reason === "decided") return [];
  return verdict.differences.flatMap(({ person }) => person ?? []);
}

/** What to push next: a contiguous run from the cursor on, and the oldest number kept; null when nothing waits. */
export function nextPush(
  box: Outbox,
  most: number,
  mostBytes: number,
): { seq_from: number; oldest: number; ops: Op[] } | null {
  const run = waiting(box);
  if (!run.length) return null;
  const ops: Op[] = [];
  let bytes = 0;
  for (const { op } of run) {
    const size = JSON.stringify(op).length;
    if (ops.length >= most || (ops.length > 0 && bytes + size > mostBytes)) break;
    ops.push(op);
    bytes += size;
  }
  return { seq_from: ops[0]!.seq, oldest: box.ops[0]!.op.seq, ops };
}

export function reduce(box: Outbox, event: Event): Outbox {
  switch (event.type) {
    case "finished":
      if (event.op.seq !== box.last + 1) throw new Error("the sequence would have a gap");
      return { ...box, last: event.op.seq, ops: [...box.ops, { op: event.op, verdict: null, acked: null }] };
    case "answered":
      return answered(box, event);
    case "gap":
      return seat(box, event.epoch, event.next_seq);
    case "cloned":
      return renumber(box, event);
    case "epoch":
      return seat(box, event.epoch, box.cursor);
    case "decided":
      return { ...box, ops: box.ops.map((kept) => decide(kept, event.decided)) };
    case "expired":
      return expire(box, event.now);
  }
}

function answered(box: Outbox, event: Extract<Event, { type: "answered" }>): Outbox {
  const said = new Map(event.results.map((result) => [result.op, result]));
  const ops = box.ops.map((kept) => {
    const result = said.get(kept.op.op);
    if (!result || kept.op.seq >= event.next_seq) return kept;
    const verdict: Verdict = {
      state: result.state,
      reason: result.reason ?? "",
      text: result.text ?? "",
      differences: result.differences ?? [],
    };
    return { ...kept, verdict, acked: kept.acked ?? event.now };
  });
  const unsaid = event.results.reduce((from, result) => Math.max(from, result.seq + 1), box.cursor);
  return seat({ ...box, ops }, event.epoch, Math.min(unsaid, event.next_seq));
}

/** Takes up the sequence at `cursor`. In another life of the server everything kept is offered again, oldest first. */
function seat(box: Outbox, epoch: number, cursor: number): Outbox {
  const isReborn = box.epoch !== null && box.epoch !== epoch;
  return { ...box, epoch, cursor: isReborn ? Math.min(cursor, box.ops[0]?.op.seq ?? cursor) : cursor };
}

/** Everything kept is offered anew under the new device; the server skips the op ids it has. */
function renumber(box: Outbox, event: Extract<Event, { type: "cloned" }>): Outbox {
  const ops = box.ops.map((kept, at) => ({ ...kept, op: { ...kept.op, seq: event.next_seq + at } }));
  return {
    device: event.device,
    epoch: event.epoch,
    cursor: event.next_seq,
    last: event.next_seq + ops.length - 1,
    ops,
  };
}

function decide(kept: Kept, decided: Decided[]): Kept {
  const found = decided.find((one) => one.op === kept.op.op);
  if (!found) return kept;
  const { state, reason = "", text = "" } = found;
  return { ...kept, verdict: { state, reason, text, differences: kept.verdict?.differences ?? [] } };
}

/** Forgets what was acknowledged 30 days ago, from the front only, and never what is still asked of anybody. */
function expire(box: Outbox, now: number): Outbox {
  const keepFrom = box.ops.findIndex(
    (kept) => isWaiting(box, kept) || kept.acked === null || now - kept.acked < KEPT_MS,
  );
  return keepFrom <= 0 ? (keepFrom === -1 ? { ...box, ops: [] } : box) : { ...box, ops: box.ops.slice(keepFrom) };
}
