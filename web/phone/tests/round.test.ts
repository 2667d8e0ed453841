/** What a round looks like, worked by hand: what is kept how long, when to come again, what a day lists. */
import { describe, expect, it } from "vitest";
import { build } from "../model/book";
import { dayBook, sayByKind } from "../model/day";
import { empty, KEPT_MS, reduce } from "../model/outbox";
import { hintOf, slots } from "../model/revisit";
import { atDay, bandOf } from "../model/time";
import type { GridCache, Row } from "../model/types";
import { options, say } from "../model/words";
import { NAMES, NOW, dwelling, other, target, visited } from "./rows";

describe("what was acknowledged", () => {
  const day = 24 * 3600_000;
  const acked = reduce(reduce(empty("a", 1, 1), { type: "finished", op: other("visit.record", "d1") }), {
    type: "answered",
    epoch: 1,
    next_seq: 2,
    now: NOW,
    results: [{ op: "o", seq: 1, state: "accepted" }],
  });
  it.each([
    [1, 1],
    [29, 1],
    [31, 0],
  ])("is kept %i days later: %i", (days, n) => {
    expect(reduce(acked, { type: "expired", now: NOW + days * day }).ops).toHaveLength(n);
  });
  it("is kept 30 days to the millisecond", () => {
    expect(KEPT_MS).toBe(2_592_000_000);
    expect(reduce(acked, { type: "expired", now: NOW + KEPT_MS - 1 }).ops).toHaveLength(1);
    expect(reduce(acked, { type: "expired", now: NOW + KEPT_MS }).ops).toHaveLength(0);
  });
});

describe("when to come again", () => {
  const quiet: [string, string] = ["20:30", "09:00"];
  it("counts what is agreed elsewhere and still open, and is here today only", () => {
    const at = new Date(atDay("2026-11-24", 15 * 60)).toISOString();
    const agreed = [
      target("a", { revisit_at: at }),
      target("b", { revisit_at: at, state: "visited" }),
      target("c"),
      target("d", { revisit_at: new Date(atDay("2026-11-24", 17 * 60)).toISOString() }),
    ];
    const { rows } = slots(NOW, quiet, agreed);
    expect(rows.map((row) => row.slots.map((slot) => slot.busy))).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect(rows.map((row) => row.slots.map((slot) => slot.here))).toEqual([
      [true, false, false, false, false, false],
      ...Array.from({ length: 3 }, () => [false, false, false, false, false, false]),
    ]);
  });

  it("promises “explained” for three days in two bands, and for no less", () => {
    const knock = (at: string) => visited("d1", "no_answer", at);
    const two = [knock("2026-11-21T15:00:00+08:00")]; // a Saturday: the band of the weekend
    expect(hintOf(two, NOW, 0)).toBe("连今天已试 2 日、2 个时段。满 3 日、2 个时段还没人，记“已登记原因”。");
    expect(hintOf(two, NOW, atDay("2026-11-23", 19 * 60))).toBe(
      "连今天已试 2 日、2 个时段。下次是晚间，换了时段，更容易见到人。",
    );
    expect(hintOf([...two, knock("2026-11-20T10:00:00+08:00")], NOW, 0)).toBe(
      "连今天已试 3 日、2 个时段，记“已登记原因”。",
    );
  });

  it("noon is afternoon, six is evening", () => {
    const bands = [719, 720, 1079, 1080].map((minute) => bandOf(atDay("2026-11-23", minute)));
    expect(bands).toEqual(["morning", "afternoon", "afternoon", "evening"]);
  });
});

describe("words", () => {
  it("say a code, nothing of nothing, and the code itself where there is no word", () => {
    expect([say("tenure", "let"), say("tenure", ""), say("tenure", null), say("tenure", "new")]).toEqual([
      "出租",
      "",
      "",
      "new",
    ]);
    expect([say("nothing", "let"), say("outcome", "met"), say("outcome_mark", "met")]).toEqual(["let", "见面", "见"]);
    expect(options("sex")).toEqual([
      { code: "male", text: "男" },
      { code: "female", text: "女" },
    ]);
  });
});

describe("a day in two grids", () => {
  const shop = (id: string, more: object = {}): Row =>
    ({
      kind: "organization",
      id,
      name: `店${id}`,
      address: "1号",
      contact_name: "",
      contact_phone_mask: "",
      status: "active",
      heads: {},
      ...more,
    }) as Row;
  const grids: GridCache[] = [
    {
      grid: "g1",
      version: 1,
      hash: "",
      rows: [
        { kind: "building", id: "b", estate: "海河花园", name: "5号楼", n_floors: 2 },
        { kind: "stairwell", id: "s", building: "b", name: "1单元", entrance: "" },
        dwelling("d1"),
        dwelling("d2"),
        target("d1", { assignee: "another" }),
        target("d2", { assignee: null, note: "退回：是亲友" }),
        visited("d1", "no_answer", "2026-11-22T10:00:00+08:00"),
      ],
    },
    {
      grid: "g2",
      version: 1,
      hash: "",
      rows: [
        dwelling("d3", { building: null, stairwell: null, address: "2号平房", order: "x" }),
        target("d3"),
        shop("o1"),
        target("o1", { place_kind: "organization", outcome: "no_answer", n_visits: 1 }),
        shop("o2"),
        target("o2", { place_kind: "organization", outcome: "no_answer", n_visits: 1, state: "visited" }),
        shop("o3"),
        target("o3", { place_kind: "organization" }),
      ],
    },
  ];
  const day = dayBook(build(grids, empty("a", 1, 1), 1), grids, NAMES, "me", NOW);

  it("names a grid where it begins", () => {
    expect(day.groups.map((group) => [group.area, group.title])).toEqual([
      ["第一网格", "海河花园 5号楼 1单元"],
      ["第二网格", "2号平房"],
      ["", "单位"],
    ]);
    const one = dayBook(build(grids, empty("a", 1, 1), 1), grids.slice(0, 1), NAMES, "me", NOW);
    expect(one.groups[0]!.area).toBe("");
  });

  it("says of a door that is somebody else's that it is, and of one given back that it waits", () => {
    expect(day.groups[0]!.doors.map((door) => [door.id, door.note, door.left])).toEqual([
      ["d1", "别人名下", false],
      ["d2", "等社区改派", false],
    ]);
  });

  it("lists a shop where nobody was among those where nobody was", () => {
    expect(day.groups[2]!.doors.map((door) => [door.id, door.filters])).toEqual([
      ["o1", ["left", "absent"]],
      ["o2", []],
      ["o3", ["left"]],
    ]);
    const seen = (place: string, place_kind: "dwelling" | "organization") => ({
      ...visited(place, "met", new Date(NOW).toISOString()),
      place_kind,
    });
    const own = ["d1", "o3"].map((place) => seen(place, place === "o3" ? "organization" : "dwelling"));
    const later: GridCache[] = grids.map((grid) => ({
      ...grid,
      rows: [...grid.rows, ...own],
      own: own.map((visit) => visit.id),
    }));
    const { done, planned } = dayBook(build(later, empty("a", 1, 1), 1), later, NAMES, "me", NOW);
    expect([sayByKind(done), sayByKind(planned)]).toEqual(["1 户、1 家", "0 户"]);
    expect([sayByKind(day.count.left), sayByKind(day.count.absent)]).toEqual(["1 户、2 家", "1 家"]);
  });
});
