/** The reducer against a server that crashes, drops answers, is restored, clones: nothing lost, nothing twice (I1). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { empty, KEPT_MS, nextPush, reduce, stateOf, waiting, type Event, type Outbox } from "../model/outbox";
import type { Op } from "../model/types";

const op = (seq: number, id = `op-${seq}`): Op => ({
  op: id,
  seq,
  verb: "visit.record",
  kind: "dwelling",
  entity: "d",
  set: {},
  data: {},
  at: "2026-11-23T01:00:00Z",
  mono: 1,
  version: 1,
  att: [],
});
const run = (box: Outbox, ...events: Event[]): Outbox => events.reduce(reduce, box);
const answer = (next_seq: number, ...said: [string, number, "accepted" | "difference" | "returned"][]): Event => ({
  type: "answered",
  epoch: 1,
  next_seq,
  now: 0,
  results: said.map(([id, seq, state]) => ({ op: id, seq, state })),
});

describe("outbox", () => {
  it("pushes a contiguous run from where the server waits, and no more than may be sent at once", () => {
    const box = run(
      empty("a", 1, 1),
      { type: "finished", op: op(1) },
      { type: "finished", op: op(2) },
      { type: "finished", op: op(3) },
    );
    expect(nextPush(box, 2, 1e6)).toMatchObject({ seq_from: 1, oldest: 1, ops: [{ seq: 1 }, { seq: 2 }] });
    expect(nextPush(box, 200, 10)?.ops).toHaveLength(1); // one op always fits
    expect(nextPush(empty("a", 1, 1), 2, 1e6)).toBeNull();
  });

  it("refuses to give a number twice or to leave one out", () => {
    expect(() => run(empty("a", 1, 1), { type: "finished", op: op(2) })).toThrow();
  });

  it("keeps what was acknowledged, and shows each of the states", () => {
    const box = run(
      empty("a", 1, 1),
      ...[1, 2, 3, 4].map((n): Event => ({ type: "finished", op: op(n) })),
      answer(4, ["op-1", 1, "accepted"], ["op-2", 2, "difference"], ["op-3", 3, "returned"]),
    );
    expect(box.ops.map((kept) => stateOf(box, kept))).toEqual(["accepted", "difference", "returned", "waiting"]);
  });

  it("learns with a pull what was decided of an op, and keeps its questions", () => {
    const box = run(
      empty("a", 1, 1),
      ...[1, 2, 3].map((n): Event => ({ type: "finished", op: op(n) })),
      answer(4, ["op-1", 1, "returned"], ["op-2", 2, "difference"], ["op-3", 3, "returned"]),
      {
        type: "decided",
        decided: [
          { op: "op-1", state: "returned", reason: "set_aside", text: "社区已搁置：已另记" },
          { op: "op-2", state: "accepted" },
          { op: "op-3", state: "difference", reason: "released", text: "社区已放行，已登记。" },
          { op: "not mine", state: "accepted" },
        ],
      },
    );
    expect(box.ops.map((kept) => [stateOf(box, kept), kept.verdict!.reason])).toEqual([
      ["returned", "set_aside"],
      ["accepted", ""],
      ["difference", "released"],
    ]);
  });

  it("a dropped answer changes nothing, so the same run is sent again", () => {
    const box = run(empty("a", 1, 1), { type: "finished", op: op(1) });
    expect(nextPush(box, 200, 1e6)).toEqual(nextPush(run(box, { type: "epoch", epoch: 1 }), 200, 1e6));
  });

  it("offers again what a restored server has lost, and forgets nothing for it", () => {
    const sent = run(
      empty("a", 1, 1),
      { type: "finished", op: op(1) },
      { type: "finished", op: op(2) },
      answer(3, ["op-1", 1, "accepted"], ["op-2", 2, "accepted"]),
    );
    const restored = run(sent, { type: "gap", epoch: 2, next_seq: 2 });
    expect(restored.epoch).toBe(2);
    // A copy may have filled the places before.
    expect(waiting(restored).map((kept) => kept.op.op)).toEqual(["op-1", "op-2"]);
  });

  it("renumbers everything kept when it is told that it is a copy", () => {
    const box = run(
      empty("a", 5, 1),
      { type: "finished", op: op(5) },
      { type: "finished", op: op(6) },
      { type: "cloned", epoch: 1, device: "b", next_seq: 1 },
    );
    expect(box.device).toBe("b");
    expect(box.ops.map((kept) => [kept.op.op, kept.op.seq])).toEqual([
      ["op-5", 1],
      ["op-6", 2],
    ]);
    expect(run(box, { type: "finished", op: op(3) }).last).toBe(3);
  });

  it("goes no further than what was answered for, where an older copy of this storage was put back", () => {
    const box = run(
      empty("a", 5, 1),
      { type: "finished", op: op(5) },
      { type: "finished", op: op(6) },
      answer(9, ["op-5", 5, "accepted"]),
    );
    // Another body stands there: the server will say “cloned”.
    expect(waiting(box).map((kept) => [kept.op.op, kept.op.seq])).toEqual([["op-6", 6]]);
  });

  it("in another life of the server everything kept is offered again, once", () => {
    const sent = run(
      empty("a", 1, 1),
      { type: "finished", op: op(1) },
      { type: "finished", op: op(2) },
      answer(3, ["op-1", 1, "accepted"], ["op-2", 2, "accepted"]),
    );
    const reborn = run(sent, { type: "epoch", epoch: 2 });
    expect(nextPush(reborn, 200, 1e6)?.ops.map((one) => one.op)).toEqual(["op-1", "op-2"]);
    const again = run(reborn, {
      type: "answered",
      epoch: 2,
      next_seq: 3,
      now: 0,
      results: [
        { op: "op-1", seq: 1, state: "accepted" },
        { op: "op-2", seq: 2, state: "accepted" },
      ],
    });
    expect(waiting(again)).toEqual([]);
  });

  it("forgets after 30 days what was acknowledged, never what waits", () => {
    const box = run(
      empty("a", 1, 1),
      { type: "finished", op: op(1) },
      { type: "finished", op: op(2) },
      answer(2, ["op-1", 1, "accepted"]),
    );
    expect(run(box, { type: "expired", now: KEPT_MS - 1 }).ops).toHaveLength(2);
    expect(run(box, { type: "expired", now: KEPT_MS + 1 }).ops.map((kept) => kept.op.op)).toEqual(["op-2"]);
  });

  it("survives any mix of faults with every finished op on the server exactly once or waiting", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant("finish" as const) },
      { weight: 6, arbitrary: fc.constant("push" as const) },
      { weight: 2, arbitrary: fc.constant("drop answer" as const) },
      { weight: 1, arbitrary: fc.constant("finish while pushing" as const) },
      { weight: 1, arbitrary: fc.record({ restore: fc.nat(6) }) },
      { weight: 1, arbitrary: fc.constant("clone" as const) },
      { weight: 1, arbitrary: fc.constant("a copy of this phone fills our next place" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        // The server: ops by id (unique), and per device the number it waits for.
        let log: { id: string; device: string; seq: number }[] = [];
        let epoch = 1;
        let clones = 0;
        let n = 0;
        let box = empty("d0", 1, 1);
        const finished: string[] = [];
        const moved = new Map<string, number>(); // an op the server skips moves its number all the same
        const next = (device: string) =>
          Math.max(moved.get(device) ?? 1, ...log.filter((row) => row.device === device).map((row) => row.seq + 1));
        const finish = () => {
          finished.push(`op-${++n}`);
          box = reduce(box, { type: "finished", op: op(box.last + 1, `op-${n}`) });
        };
        const push = (dropped: boolean, meanwhile = false) => {
          const sending = nextPush(box, 3, 1e6) ?? { seq_from: box.cursor, oldest: -1, ops: [] as Op[] };
          if (meanwhile) finish();
          const waits = next(box.device);
          if (sending.seq_from > waits && sending.oldest !== sending.seq_from) {
            if (!dropped) box = reduce(box, { type: "gap", epoch, next_seq: waits });
            return;
          }
          const taken = sending.ops.find((one) =>
            log.some((row) => row.device === box.device && row.seq === one.seq && row.id !== one.op),
          );
          if (taken) {
            if (!dropped) box = reduce(box, { type: "cloned", epoch, device: `d${++clones}`, next_seq: 1 });
            return;
          }
          for (const one of sending.ops)
            if (!log.some((row) => row.id === one.op)) log.push({ id: one.op, device: box.device, seq: one.seq });
          const advanced = Math.max(waits, ...sending.ops.map((one) => one.seq + 1));
          if (sending.ops.length) moved.set(box.device, advanced);
          if (!dropped) {
            const results = sending.ops.map((one) => ({ op: one.op, seq: one.seq, state: "accepted" as const }));
            box = reduce(box, { type: "answered", epoch, next_seq: advanced, results, now: 0 });
          }
        };
        for (const one of steps) {
          if (one === "finish") finish();
          else if (one === "push") push(false);
          else if (one === "drop answer") push(true);
          else if (one === "finish while pushing") push(false, true);
          else if (one === "clone") box = reduce(box, { type: "cloned", epoch, device: `d${++clones}`, next_seq: 1 });
          else if (one === "a copy of this phone fills our next place")
            log.push({ id: `copy-${log.length}`, device: box.device, seq: next(box.device) });
          else {
            log = log.slice(0, Math.max(0, log.length - one.restore));
            moved.clear();
            epoch++;
          }
          const numbers = box.ops.map((kept) => kept.op.seq);
          for (let at = 1; at < numbers.length; at++) expect(numbers[at]!).toBe(numbers[at - 1]! + 1);
          expect(box.last).toBe(numbers[numbers.length - 1] ?? box.last);
        }
        // A pull tells of the new epoch; then both queues run empty.
        box = reduce(box, { type: "epoch", epoch });
        for (let rounds = 0; rounds < 200 && waiting(box).length; rounds++) push(false);
        expect(waiting(box)).toEqual([]);
        for (const id of finished) expect(log.filter((row) => row.id === id)).toHaveLength(1);
      }),
      { numRuns: 400 },
    );
  });
});
