/** What a visit makes of a door, worked by hand: the op a draft becomes, and the book with the op laid over it. */
import { describe, expect, it } from "vitest";
import { build } from "../model/book";
import { blank, countChanges, household, isDirty, type Draft, type Outcome } from "../model/draft";
import { awaitedOf, empty, reduce } from "../model/outbox";
import type { VisitData } from "../model/types";
import { bookOf, dwelling, HOUSE, lives, opOf, other, person, visited } from "./rows";

describe("the op a draft becomes", () => {
  it.each([
    ["met", true, ["p1", "p3", "p2"], ["p1", "p3"]],
    ["phone", false, ["p1", "p3", "p2"], ["p1", "p3"]],
    ["no_answer", false, [], []],
    ["refused", false, [], []],
    ["moved_away", false, [], []],
    ["not_found", false, [], []],
    ["vacant_confirmed", false, [], []],
  ])("%s", (outcome, met_adult, confirmed, cared) => {
    const op = opOf(HOUSE, blank("dwelling", "d1"), { outcome });
    const data = op.data as unknown as VisitData;
    expect({ ...data, care: data.care.map((contact) => contact.person) }).toEqual({
      outcome,
      met_adult,
      confirmed,
      care: cared,
      arrivals: [],
      departures: [],
      ends: [],
      edits: [],
    });
    expect([op.verb, op.kind, op.entity, op.seq, op.mono, op.version]).toEqual([
      "visit.record",
      "dwelling",
      "d1",
      1,
      4,
      1,
    ]);
    expect([op.at, op.set, op.att]).toEqual(["2026-11-23T02:00:00.000Z", {}, []]);
  });

  it("says who else says that a home is empty, and when to come again", () => {
    const said = { outcome: "vacant_confirmed", second_source: "neighbour", revisit_at: "2026-11-24T11:00:00.000Z" };
    expect(opOf(HOUSE, blank("dwelling", "d1"), said).data).toMatchObject(said);
  });

  it("carries what was changed, no edit without a change, and a photo with its note only", () => {
    const draft: Draft = {
      ...blank("dwelling", "d1"),
      edits: { p1: {}, p2: { phone: { p: null, v: "12000000001" } } },
      departures: ["p2"],
      ends: { p3: "deceased" },
      note: { kind: "request", text: " " },
      photos: ["hash"],
    };
    const op = opOf(HOUSE, draft, { outcome: "met" });
    expect(op.data).toMatchObject({
      confirmed: ["p1"],
      edits: [{ kind: "person", entity: "p2", set: { phone: { p: null, v: "12000000001" } } }],
      departures: ["p2"],
      ends: [{ person: "p3", end: "deceased" }],
    });
    expect((op.data as unknown as VisitData).care.map((contact) => contact.person)).toEqual(["p1"]);
    expect([op.data.note, op.att]).toEqual([undefined, []]);
    const noted = opOf(HOUSE, { ...draft, note: { kind: "request", text: " 灯 " } }, { outcome: "no_answer" });
    expect([noted.data.note, noted.att]).toEqual([{ kind: "request", text: "灯" }, ["hash"]]);
  });
});

describe("a draft", () => {
  const draft = blank("dwelling", "d1");
  const fact = { p: null, v: 1 };
  it.each<[Partial<Draft>, number, boolean]>([
    [{}, 0, false],
    [{ set: { tenure: fact, area_m2: fact } }, 2, true],
    [{ edits: { p1: { phone: fact, name: fact }, p2: { phone: fact }, p3: {} } }, 3, true],
    [{ arrivals: [{ id: "n", values: {}, residence_kind: "tenant" }] }, 1, true],
    [{ departures: ["p1", "p2"] }, 2, true],
    [{ ends: { p3: "deceased" } }, 1, true],
    [{ care: { p1: { need: "", help: "given" } } }, 0, true],
    [{ note: { kind: "hazard", text: "" } }, 0, false],
    [{ note: { kind: "hazard", text: "灯" } }, 0, true],
    [{ photos: ["hash"] }, 0, true],
    [{ adding: { id: "n", values: {}, residence_kind: "tenant" } }, 0, true],
  ])("%j has so many changes, and something in it", (more, n, dirty) => {
    expect([countChanges({ ...draft, ...more }), isDirty({ ...draft, ...more })]).toEqual([n, dirty]);
  });
});

describe("a household", () => {
  it("has its head first, then the eldest; of one birthday by id; those of no birthday last", () => {
    const rows = [
      dwelling("d1"),
      ...[
        person("young", { born_on: "2001-01-01" }),
        person("twin-b", { born_on: "1990-03-03" }),
        person("twin-a", { born_on: "1990-03-03" }),
        person("unknown"),
        person("head", { relation: "02", born_on: "1995-05-05" }),
        person("away", { born_on: "1999-09-09" }),
        person("away-old", { born_on: "1940-09-09" }),
      ],
      ...["young", "twin-b", "unknown", "twin-a", "head"].map((who) => lives(who)),
      lives("away", "registered_here"),
      lives("away-old", "registered_here"),
      lives("nobody pulled yet"),
    ];
    const { here, elsewhere } = household(bookOf(rows), "d1");
    expect(here.map((member) => member.person.id)).toEqual(["head", "twin-a", "twin-b", "young", "unknown"]);
    expect(elsewhere.map((member) => member.person.id)).toEqual(["away-old", "away"]);
  });
});

describe("the book with a visit laid over it", () => {
  const draft: Draft = {
    ...blank("dwelling", "d1"),
    set: { tenure: { p: null, v: "let" } },
    departures: ["p2"],
    ends: { p3: "deceased" },
    arrivals: [
      {
        id: "p4",
        values: { name: "程安歌", phone: "12055556666", id_no: "120199198001010034", born_on: "1980-01-01" },
        residence_kind: "tenant",
      },
    ],
    care: { p1: { need: "", help: "none", asked: { n1: true, n2: false } } },
  };
  const op = opOf(HOUSE, draft, { outcome: "met" });
  const book = bookOf(HOUSE, op);

  it("shows who came, who went and who is to be ended", () => {
    expect(book.living.get("d1")!.map((link) => link.person)).toEqual(["p1", "p3", "p4"]);
    expect(book.living.get("d1")![2]).toMatchObject({ residence_kind: "tenant", since: "2026-11-23" });
    expect(book.persons.get("p4")).toMatchObject({
      name: "程安歌",
      phone_mask: "*******6666",
      id_no_mask: "120199************",
      born_on: "1980-01-01",
      verified_on: "2026-11-23",
      heads: { name: op.op, phone: op.op, id_no: op.op, born_on: op.op },
    });
    expect(book.persons.get("p3")!.status_pending).toBe("deceased");
    expect([book.persons.get("p1")!.verified_on, book.persons.get("p2")!.verified_on]).toEqual(["2026-11-23", null]);
  });

  it("counts a care contact as made, and the next one from it; a met need is gone, another stays", () => {
    expect(book.care.get("p1")![0]).toMatchObject({ last_contact_on: "2026-11-23", due_on: "2026-12-23" });
    expect(book.care.get("p3")![0]).toMatchObject({ last_contact_on: "2026-10-01", due_on: "2026-10-31" });
    expect(book.needs.get("p1")!.map((row) => row.id)).toEqual(["n2"]);
  });

  it("has the visit first and the door settled", () => {
    expect(book.visits.get("d1")).toEqual([
      {
        ...visited("d1", "met", "2026-11-23T02:00:00.000Z", op.op),
        n_confirmed: 1,
        n_changed: 4, // one fact, one came, one went, one to be ended
      },
    ]);
    expect(book.targets.get("d1")).toMatchObject({ state: "visited", outcome: "met", n_visits: 1, revisit_at: null });
    expect(book.dwellings.get("d1")).toMatchObject({ tenure: "let", heads: { tenure: op.op } });
  });

  it.each<[string, Outcome, string[], string]>([
    ["met", { outcome: "met" }, [], "visited"],
    ["a telephone call alone", { outcome: "phone" }, [], "remaining"],
    ["a telephone call after a knock", { outcome: "phone" }, ["no_answer"], "visited"],
    ["a telephone call after a call", { outcome: "phone" }, ["phone"], "remaining"],
    ["empty, nobody else says so", { outcome: "vacant_confirmed" }, [], "remaining"],
    ["empty, a neighbour says so", { outcome: "vacant_confirmed", second_source: "neighbour" }, [], "visited"],
    ["empty, two workers", { outcome: "vacant_confirmed", second_source: "other_worker" }, [], "remaining"],
    ["refused", { outcome: "refused" }, [], "explained"],
    ["moved away", { outcome: "moved_away" }, [], "pending"],
    ["one knock", { outcome: "no_answer" }, [], "remaining"],
  ])("%s", (_name, said, before, state) => {
    const rows = [...HOUSE, ...before.map((outcome) => visited("d1", outcome, "2026-11-20T10:00:00+08:00"))];
    const draft = blank("dwelling", "d1");
    expect(bookOf(rows, opOf(rows, draft, said)).targets.get("d1")!.state).toBe(state);
  });

  it("does not write what differs, and shows that somebody went there all the same", () => {
    const box = reduce(reduce(empty("a", 1, 1), { type: "finished", op }), {
      type: "answered",
      epoch: 1,
      next_seq: 2,
      now: 0,
      results: [{ op: op.op, seq: 1, state: "difference" }],
    });
    const differing = build([{ grid: "g1", version: 1, hash: "", rows: HOUSE }], box, 1);
    expect(differing.dwellings.get("d1")).toMatchObject({ tenure: "owner", heads: {} });
    expect(differing.visits.get("d1")).toHaveLength(1);
  });

  it("counts who came and is waited for, until the other side has given its word", () => {
    const comer = { id: "p9", values: { name: "程望舒" }, residence_kind: "tenant" };
    const draft = { ...blank("dwelling", "d1"), arrivals: [comer] };
    const visit = opOf(HOUSE, draft, { outcome: "met" });
    const asked = [
      { field: "residence", id: "x", person: "p9" },
      { field: "tenure", id: "y" },
    ];
    const box = reduce(reduce(empty("a", 1, 1), { type: "finished", op: visit }), {
      type: "answered",
      epoch: 1,
      next_seq: 2,
      now: 0,
      results: [{ op: visit.op, seq: 1, state: "difference", differences: asked }],
    });
    const grids = [{ grid: "g1", version: 1, hash: "", rows: HOUSE }];
    for (const from of [1, 2]) {
      const { here, awaited } = household(build(grids, box, from), "d1"); // before the pull and after it
      expect([here.map(({ person }) => person.id).includes("p9"), awaited]).toEqual([false, [comer]]);
    }
    expect(awaitedOf(box.ops[0]!)).toEqual(["p9"]);
    const word = [{ op: visit.op, state: "difference" as const, reason: "decided", text: "社区已定：采用了您记的" }];
    const decided = reduce(box, { type: "decided", decided: word });
    expect(household(build(grids, decided, 2), "d1").awaited).toEqual([]);
  });

  it("shows an op that came back and waits again, since the server was restored", () => {
    const returned = reduce(reduce(empty("a", 1, 1), { type: "finished", op }), {
      type: "answered",
      epoch: 1,
      next_seq: 2,
      now: 0,
      results: [{ op: op.op, seq: 1, state: "returned" }],
    });
    const grids = [{ grid: "g1", version: 1, hash: "", rows: HOUSE }];
    expect(build(grids, returned, 1).visits.has("d1")).toBe(false);
    const again = reduce(returned, { type: "epoch", epoch: 2 });
    expect(build(grids, again, 2).visits.get("d1")).toHaveLength(1);
  });

  it("takes a visit back, gives a door back, and masks what was set", () => {
    const rows = [...HOUSE, visited("d1", "met", "2026-11-22T10:00:00+08:00")];
    expect(bookOf(rows, other("visit.withdraw", "v", { kind: "visit" })).visits.get("d1")).toEqual([]);
    const back = bookOf(rows, other("task.hand_back", "target-d1", { data: { reason: "是亲友" } }));
    expect(back.targets.get("d1")).toMatchObject({ assignee: null, note: "退回：是亲友" });
    const fact = { id_no: { p: null, v: "120199198001010034" }, phone: { p: null, v: "12000000001" } };
    expect(bookOf(rows, other("fact.set", "p2", { kind: "person", set: fact })).persons.get("p2")).toMatchObject({
      id_no_mask: "120199************",
      phone_mask: "*******0001",
      heads: { id_no: "o", phone: "o" },
    });
    const recorded = [...HOUSE, person("p5", { id_no_mask: "120199************" })];
    const typed = other("fact.set", "p5", { kind: "person", set: { id_no: { p: null, v: "120199199001010030" } } });
    expect(bookOf(recorded, typed).persons.get("p5")!.heads).toEqual({});
  });
});
