/** Doors of a sample on the phone: what I said and the server has not told back yet counts, offline too. */
import { expect, test } from "vitest";
import { empty, type Outbox } from "../model/outbox";
import { answerOf, ASKED, blankAsk, isDone, mayDial, openDoors, returnedOf, triesOf, waysOf } from "../model/sampled";
import type { Kept, SampledDoor } from "../model/types";
import { DOOR, openDoor } from "./sampled";

const DAY = "2026-11-23";
const TEN = Date.parse(`${DAY}T10:00:00+08:00`);

function said(seq: number, verb: string, data: object, state?: "returned"): Kept {
  const verdict = state ? { state, reason: "", text: "", differences: [] } : null;
  const op = { op: `o${seq}`, seq, verb, kind: "sampled_door", entity: "s1", set: {}, data };
  return {
    op: { ...op, at: `${DAY}T02:00:00Z`, mono: 0, version: 1, att: [] } as unknown as Kept["op"],
    verdict,
    acked: null,
  };
}
const tried = (seq: number, way: string, outcome = "nobody") => said(seq, "sample.approach", { way, outcome });
const box = (cursor: number, ...ops: Kept[]): Outbox => ({ ...empty("d", 1, 0), cursor, last: ops.length, ops });
const open = (outbox: Outbox, door: Partial<SampledDoor> = {}) => openDoors([{ ...DOOR, ...door }], outbox, 1, DAY)[0]!;

test("a call that waits lets one knock, and the third try ends it", () => {
  expect(waysOf(open(box(1)))).toEqual(["call"]);
  const called = open(box(1, tried(1, "call")));
  expect([waysOf(called), isDone(called)]).toEqual([["call", "knock"], false]);
  const thrice = open(box(1, tried(1, "call"), tried(2, "knock"), tried(3, "knock")));
  expect([triesOf(thrice), isDone(thrice)]).toEqual([{ call: 1, knock: 2 }, true]);
});

test("what was said of a call takes the place of the one that was dialled", () => {
  const dialled = open(box(1, tried(1, "call")), { n_calls: 1, n_dialled: 1 });
  expect(triesOf(dialled)).toEqual({ call: 1, knock: 0 });
  expect(isDone(open(box(1), { n_calls: 3, n_dialled: 3 }))).toBe(false);
  expect(isDone(open(box(1, tried(1, "call")), { n_calls: 3, n_dialled: 3 }))).toBe(true);
});

test("an answer, a refusal and a door at the cap are done; what came back is not", () => {
  const answer = { way: "call", visited: "yes", who: "met" };
  expect(isDone(open(box(1, said(1, "sample.answer", answer))))).toBe(true);
  expect(isDone(open(box(1, said(1, "sample.leave", {}))))).toBe(true);
  expect(isDone(open(box(1, tried(1, "call", "refused"))))).toBe(true);
  expect(isDone(open(box(1, tried(1, "knock")), { n_phones: 0, most_knocks: 1 }))).toBe(true);
  const back = said(1, "sample.answer", answer, "returned");
  expect([isDone(open(box(2, back))), returnedOf(box(2, back), "s1")]).toEqual([false, back]);
  expect(blankAsk(openDoor(), back)).toMatchObject({ ...answer, begun: back.op.at });
  const late = { ...back, op: { ...back.op, at: `${DAY}T20:45:00+08:00` } };
  expect(blankAsk(openDoor(), late)).toMatchObject({ ...answer, begun: "" });
});

test("nobody is dialled in quiet hours, and a door is there on its days only", () => {
  expect(mayDial(openDoor(), TEN)).toBe(true);
  expect(mayDial(openDoor(), Date.parse(`${DAY}T20:30:00+08:00`))).toBe(false);
  expect(openDoors([DOOR], box(1), 1, "2026-11-30")).toHaveLength(1);
  for (const day of ["2026-11-19", "2026-12-01"]) expect(openDoors([DOOR], box(1), 1, day)).toEqual([]);
});

test("three answers count, of the rest only what was said goes along", () => {
  const draft = blankAsk(openDoor(), null);
  expect(answerOf(draft)).toBe(null);
  Object.assign(draft, { way: "call", visited: "no", who: "met" });
  const usual = {
    way: "call",
    visited: "no",
    who: "met",
    n_living: null,
    identity: null,
    knows: null,
    contact: null,
    wanted: "",
  };
  expect(answerOf({ ...draft, fields: { tenure: "" } })).toEqual({ ...usual, fields: {} });
  const more = {
    n_living: " 2",
    knows: "no",
    identity: "said",
    contact: "month",
    fields: { tenure: "let" },
    wanted: " 灯坏了 ",
  };
  const sent = {
    ...usual,
    n_living: 2,
    knows: false,
    identity: "said",
    contact: "month",
    fields: { tenure: "let" },
    wanted: "灯坏了",
  };
  expect(answerOf({ ...draft, ...more })).toEqual(sent);
  for (const n_living of ["41", "两", "-1"]) expect(answerOf({ ...draft, n_living })).toBe(null);
});

test("the fields that are asked again have their question and their answers", () => {
  expect(ASKED.map(({ label, options }) => [label, options!.length > 1])).toEqual(
    ASKED.map(({ label }) => [label, true]),
  );
  expect(ASKED.length).toBeGreaterThan(1);
});
