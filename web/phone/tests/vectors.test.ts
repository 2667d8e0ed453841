/** The cases that server and phone must judge alike; tests/house/test_vectors.py runs the same file. */
import { describe, expect, it } from "vitest";
import { build } from "../model/book";
import { markOf } from "../model/day";
import { blank, toOp } from "../model/draft";
import { check } from "../model/idcard";
import { empty, reduce } from "../model/outbox";
import { hintOf } from "../model/revisit";
import { bandOf, dayOf, isQuiet } from "../model/time";
import type { GridCache, Target, Visit } from "../model/types";
import { mayDial, waysOf } from "../model/sampled";
import { openDoor } from "./sampled";
import vectors from "../vectors.json";

const local = (moment: string) => Date.parse(`${moment}:00+08:00`);
const TARGET: Target = {
  kind: "target",
  id: "t",
  place_kind: "dwelling",
  place: "d",
  state: "remaining",
  outcome: "",
  n_visits: 0,
  bands: [],
  revisit_at: null,
  planned_on: null,
  planned_band: "",
  assignee: "me",
  note: "",
};

describe("server and phone judge alike", () => {
  it.each(vectors.bands)("the band and day of $at", ({ at, band, day }) => {
    expect([bandOf(Date.parse(at)), dayOf(Date.parse(at))]).toEqual([band, day]);
  });

  it.each(vectors.quiet)("quiet hours at $at", ({ at, from, until, quiet }) => {
    expect(isQuiet(Date.parse(at), [from, until])).toBe(quiet);
  });

  it.each(vectors.approaches)("a sampled door with $n_calls calls, $n_knocks knocks", ({ ways, dial, ...counts }) => {
    const open = openDoor(counts);
    expect([waysOf(open), mayDial(open, local("2026-11-23T10:00"))]).toEqual([ways, dial]);
  });

  it.each(vectors.doors)("a door after $visits", ({ visits, state }) => {
    expect(stateAfter(visits)).toBe(state);
  });

  it.each(vectors.hints)("the hint: $hint", ({ knocks, now, next, explained, hint }) => {
    const before = knocks.map((at) => ({ outcome: "no_answer", at: `${at}:00+08:00` }) as Visit);
    expect(hintOf(before, local(now), next ? local(next) : 0)).toBe(hint);
    expect(stateAfter([...knocks, now].map((at) => ["no_answer", at]))).toBe(explained ? "explained" : "remaining");
  });

  it.each(vectors.id_numbers)("the ID number $typed", ({ typed, fault, sex, born_on }) => {
    const feedback = check(typed)!;
    expect([feedback.ok, feedback.sex, feedback.born_on]).toEqual([fault === "", sex, born_on]);
  });

  it.each(vectors.marks)("the mark of $state, $outcome", (door) => {
    const now = local("2026-11-23T10:00");
    const agreed = "revisits" in door ? new Date(now).toISOString() : null;
    const target: Target = { ...TARGET, state: door.state, outcome: door.outcome, n_visits: door.n_visits };
    const mark = markOf({ ...target, revisit_at: agreed }, "different" in door ? 1 : 0, false, now);
    expect(mark.char).toBe("phone" in door ? door.phone : door.mark);
  });
});

/** How the phone shows a door after visits of its own that the server has not answered yet. */
function stateAfter(visits: readonly string[][]): string {
  const grid: GridCache = { grid: "g", version: 1, hash: "", rows: [TARGET] };
  let box = empty("a", 1, 1);
  for (const [outcome, at, second_source] of visits) {
    const when = { at: new Date(local(at!)), mono: 0, seq: box.last + 1 };
    const said = { outcome: outcome!, ...(second_source ? { second_source } : {}) };
    const op = toOp(build([grid], box, 1), blank("dwelling", "d"), said, when);
    box = reduce(box, { type: "finished", op });
  }
  return build([grid], box, 1).targets.get("d")!.state;
}
