/** Matters on the phone: what I said and the server has not told back yet leads one on, offline too. */
import { expect, test } from "vitest";
import { actionsOf, isMovedOn, isToDo, openMatters, returnedOf, sayDue, sayStage } from "../model/matters";
import { empty, type Outbox } from "../model/outbox";
import type { Kept, Matter } from "../model/types";

const MATTER: Matter = {
  id: "m1",
  number: "2026-001",
  mark: "隐",
  label: "隐患",
  title: "上门记下的隐患",
  text: "楼道堆着沙发",
  stage: "handling",
  stage_label: "办理",
  due_on: "2026-10-13",
  pressed: false,
  place: null,
  outside: "",
  acts: [
    { act: "handed_in", label: "提交复核", needs: "办了什么" },
    { act: "noted", label: "补一条说明", needs: "说明" },
  ],
  lines: [],
};

function said(seq: number, act: string, state?: "accepted" | "returned"): Kept {
  const verdict = state ? { state, reason: "", text: "", differences: [] } : null;
  const op = {
    op: `o${seq}`,
    seq,
    verb: "matter.act",
    kind: "matter",
    entity: "m1",
    set: {},
    data: { act, text: "x" },
  };
  return {
    op: { ...op, at: "2026-10-12T02:00:00Z", mono: 0, version: 1, att: [] } as Kept["op"],
    verdict,
    acked: null,
  };
}

const box = (cursor: number, ...ops: Kept[]): Outbox => ({ ...empty("d", 1, 0), cursor, last: ops.length, ops });
const open = (outbox: Outbox, from: number) => openMatters([MATTER], outbox, from)[0]!;

test("an act that waits leads it on, a word does not", () => {
  const handed = open(box(1, said(1, "handed_in")), 1);
  expect([isMovedOn(handed), isToDo(handed)]).toEqual([true, false]);
  expect(actionsOf(handed).map(({ act }) => act)).toEqual(["noted"]);
  const noted = open(box(1, said(1, "noted")), 1);
  expect([isMovedOn(noted), isToDo(noted), actionsOf(noted).length]).toEqual([false, true, 2]);
});

test("what comes next is said by whose turn it is", () => {
  expect(sayStage(open(box(1), 1))).toBe("办理");
  expect(sayStage(open(box(1, said(1, "handed_in")), 1))).toBe("您办过了，等另一个人来看");
  const passed = said(1, "passed_on");
  passed.op.data = { act: "passed_on", text: "x", outside: "区城管局" };
  expect(sayStage(open(box(1, passed), 1))).toBe("您转办了，由区城管局来办");
});

test("what came back, and what the last pull has seen, say nothing any more", () => {
  expect(isToDo(open(box(2, said(1, "handed_in", "returned")), 1))).toBe(true);
  expect(isMovedOn(open(box(2, said(1, "handed_in", "accepted")), 1))).toBe(true);
  expect(open(box(2, said(1, "handed_in", "accepted")), 2).mine).toEqual([]);
});

test("by when, in words", () => {
  expect(sayDue(MATTER, "2026-10-12")).toBe("10月13日到期，还有 1 天");
  expect(sayDue(MATTER, "2026-10-13")).toBe("今天到期");
  expect(sayDue({ ...MATTER, pressed: true }, "2026-10-16")).toBe("过期 3 天，已督办");
});

test("what nobody may lead on from here is nobody's to do here", () => {
  const [given] = openMatters([{ ...MATTER, acts: [] }], box(1), 1);
  expect(isToDo(given!)).toBe(false);
  const [word] = openMatters([{ ...MATTER, acts: MATTER.acts.slice(1) }], box(1), 1);
  expect(isToDo(word!)).toBe(false);
});

test("what came back is said anew, unless something was said since", () => {
  const back = said(1, "handed_in", "returned");
  expect(returnedOf(box(2, back), "m1")).toBe(back);
  expect(returnedOf(box(2, back), "m2")).toBe(null);
  expect(returnedOf(box(2, back, said(2, "handed_in")), "m1")).toBe(null);
  expect(returnedOf(box(2, said(1, "handed_in", "accepted")), "m1")).toBe(null);
});
