import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { build, mask } from "../model/book";
import { hashOf, merge } from "../model/cache";
import { canonical } from "../model/canonical";
import { dayBook, sayByKind, search, standing, untried } from "../model/day";
import { answer, blank, confirmed, contacts, countChanges, state, toOp } from "../model/draft";
import { check, phoneFault } from "../model/idcard";
import { empty, reduce } from "../model/outbox";
import { hintOf, slots } from "../model/revisit";
import { atDay, bandOf, dayOf, isQuiet, sayMoment } from "../model/time";
import type { GridCache, Row, VisitData } from "../model/types";
import { uuid7 } from "../model/uuid7";
import { visited } from "./rows";

const NOW = Date.parse("2026-11-23T02:00:00Z"); // Monday, ten in the morning
const dwelling = (id: string, room: string, more: object = {}): Row =>
  ({
    kind: "dwelling",
    id,
    building: "b",
    stairwell: "s",
    floor: Number(room[0]),
    room,
    address: "",
    order: `5|1|${room}`,
    usage: "residential",
    occupancy: "occupied",
    tenure: "owner",
    area_m2: null,
    owner_name: "",
    owner_phone_mask: "",
    vacancy_source: "",
    vacancy_confirmed_on: null,
    verified_on: null,
    last_contact_on: null,
    status: "active",
    heads: {},
    ...more,
  }) as Row;
const ROWS: Row[] = [
  { kind: "building", id: "b", estate: "海河花园", name: "5号楼", n_floors: 2 },
  { kind: "stairwell", id: "s", building: "b", name: "1单元", entrance: "" },
  dwelling("d1", "101"),
  dwelling("d2", "201"),
  {
    kind: "person",
    id: "p1",
    name: "程望舒",
    status: "active",
    sex: "male",
    born_on: "1980-01-01",
    id_no_mask: "",
    phone_mask: "*******1234",
    relation: "02",
    verified_on: null,
    heads: { phone: "w1" },
  },
  { kind: "residence", id: "r1", person: "p1", dwelling: "d1", residence_kind: "lives_here", since: null },
  {
    kind: "target",
    id: "t1",
    place_kind: "dwelling",
    place: "d1",
    state: "remaining",
    outcome: "",
    n_visits: 0,
    bands: [],
    revisit_at: null,
    planned_on: null,
    planned_band: "",
    assignee: "me",
    note: "",
  },
  {
    kind: "target",
    id: "t2",
    place_kind: "dwelling",
    place: "d2",
    state: "remaining",
    outcome: "no_answer",
    n_visits: 1,
    bands: ["morning"],
    revisit_at: "2026-11-23T11:00:00Z",
    planned_on: null,
    planned_band: "",
    assignee: "me",
    note: "",
  },
];
const GRID: GridCache = { grid: "g", version: 3, hash: "", rows: ROWS };
const PULLED = { grid: "g", version: 4, full: false, hash: "h", rows: [], gone: [], own: [] };
const book = (box = empty("a", 1, 1), from = 1) => build([GRID], box, from);

describe("canonical JSON", () => {
  it("is the server's: sorted keys, no spaces, nothing escaped that need not be", () => {
    expect(canonical({ b: [1, null, true], a: '网格\n"\\\u007f' })).toBe(
      '{"a":"网格\\n\\"\\\\\u007f","b":[1,null,true]}',
    );
  });
});

describe("cache", () => {
  it("takes changes and tombstones, and guests anew each time", () => {
    const guest = { kind: "person", id: "x", name: "客", status: "active", guest: true } as Row;
    const before: GridCache = { ...GRID, rows: [...ROWS, guest] };
    const after = merge(before, {
      grid: "g",
      version: 4,
      full: false,
      hash: "h",
      rows: [dwelling("d1", "101", { tenure: "let" })],
      gone: [{ kind: "dwelling", id: "d2" }],
      own: [],
    });
    expect(after.rows.find((row) => row.id === "d1")).toMatchObject({ tenure: "let" });
    expect(after.rows.some((row) => row.id === "d2" || row.id === "x")).toBe(false);
  });

  it("knows which visits are mine, the later one of a time band first", () => {
    const { own: _, ...row } = visited("d1", "no_answer", "2026-11-22T16:00:00Z", "v1");
    const later = { ...row, id: "v2", outcome: "met", nth: 2 };
    const before = merge(undefined, { ...PULLED, full: true, rows: [...ROWS, row], own: ["v1"] });
    const after = merge(before, { ...PULLED, rows: [later] });
    const seen = build([after], empty("a", 1, 1), 1).visits.get("d1")!;
    expect(seen.map((visit) => [visit.id, visit.own])).toEqual([
      ["v2", false],
      ["v1", true],
    ]);
    expect(merge(after, { ...PULLED, full: true, rows: [later] }).own).toEqual([]);
  });

  it("hashes rows in any order alike, guests left out", async () => {
    const guest = { kind: "person", id: "x", name: "客", status: "active", guest: true } as Row;
    expect(await hashOf([...ROWS].reverse())).toBe(await hashOf([guest, ...ROWS]));
    expect(await hashOf(ROWS)).not.toBe(await hashOf(ROWS.slice(1)));
  });
});

describe("draft", () => {
  it("an unchanged value is no fact; a changed one keeps the head seen at the first touch", () => {
    const row = { heads: { phone: "w1" } };
    const once = state({}, row, "phone", "", "12000000001");
    expect(once).toEqual({ phone: { p: "w1", v: "12000000001" } });
    expect(state(once, { heads: { phone: "w2" } }, "phone", "", "12000000002").phone).toEqual({
      p: "w1",
      v: "12000000002",
    });
    expect(state(once, row, "phone", "", "")).toEqual({});
    expect(state({}, { heads: {} }, "tenure", "owner", "let")).toEqual({ tenure: { p: null, v: "let" } });
  });

  it("nothing changed confirms everybody of the door, and one more tap takes somebody out", () => {
    const draft = blank("dwelling", "d1");
    expect(confirmed(book(), draft)).toEqual(["p1"]);
    draft.departures.push("p1");
    expect(confirmed(book(), draft)).toEqual([]);
    expect(countChanges(draft)).toBe(1);
  });

  it("asks about needs found before: a tap answers, the same tap takes it back; a met need leaves the book", () => {
    const need = {
      kind: "need",
      id: "n1",
      person: "p1",
      need: "medical",
      state: "referred",
      to: "hospital",
      found_on: "2026-11-01",
      ask_on: "2026-11-23",
    } as Row;
    const grids = [{ ...GRID, rows: [...ROWS, need] }];
    const known = build(grids, empty("a", 1, 1), 1);
    const draft = blank("dwelling", "d1");
    expect(contacts(known, draft)).toEqual([{ person: "p1", need: "", help: "none" }]);
    draft.care.p1 = answer(draft.care.p1, "n1", true);
    expect(contacts(known, draft)[0]).toEqual({
      person: "p1",
      need: "",
      help: "none",
      asked: [{ need: "n1", settled: true }],
    });
    expect(answer(draft.care.p1, "n1", true).asked).toEqual({});
    expect(answer({ need: "repair", help: "referred", to: "property" }, "n1", false)).toEqual({
      need: "repair",
      help: "referred",
      to: "property",
      asked: { n1: false },
    });
    expect(dayBook(known, grids, {}, "me", NOW).groups[0]!.doors[0]!.tags).toContain("问落实");
    const op = toOp(known, draft, { outcome: "met" }, { at: new Date(NOW), mono: 1, seq: 1 });
    const after = build(grids, reduce(empty("a", 1, 1), { type: "finished", op }), 1);
    expect(after.needs.has("p1")).toBe(false);
    expect(contacts(book(), blank("dwelling", "d1"))).toEqual([]);
  });

  it("becomes one op with the whole household; a failed knock confirms nobody", () => {
    const draft = { ...blank("dwelling", "d1"), note: { kind: "hazard" as const, text: " 灯不亮 " } };
    const when = { at: new Date(NOW), mono: 1.4, seq: 7 };
    const met = toOp(book(), draft, { outcome: "met" }, when);
    expect(met).toMatchObject({
      op: draft.op,
      seq: 7,
      mono: 1,
      data: { met_adult: true, confirmed: ["p1"], note: { text: "灯不亮" } },
    });
    const knocked = toOp(book(), draft, { outcome: "no_answer", revisit_at: "x" }, when).data as unknown as VisitData;
    expect([knocked.confirmed, knocked.revisit_at]).toEqual([[], "x"]);
  });
});

describe("book", () => {
  it("shows at once what I wrote, masked, under my own op as head, until a pull brings it back", () => {
    const draft = {
      ...blank("dwelling", "d1"),
      edits: { p1: { phone: { p: "w1", v: "12011112222" } } },
      arrivals: [{ id: "p2", values: { name: "程兰因" }, residence_kind: "lives_here" }],
    };
    const op = toOp(book(), draft, { outcome: "met" }, { at: new Date(NOW), mono: 0, seq: 1 });
    const box = reduce(empty("a", 1, 1), { type: "finished", op });
    const mine = book(box);
    expect(mine.persons.get("p1")).toMatchObject({
      phone_mask: "*******2222",
      heads: { phone: op.op },
      verified_on: "2026-11-23",
    });
    expect(mine.living.get("d1")).toHaveLength(2);
    expect(mine.targets.get("d1")!.state).toBe("visited");
    expect(mine.visits.get("d1")![0]).toMatchObject({ id: op.op, outcome: "met", n_changed: 2 });
    const acked = reduce(box, {
      type: "answered",
      epoch: 1,
      next_seq: 2,
      now: 0,
      results: [{ op: op.op, seq: 1, state: "accepted" }],
    });
    expect(build([GRID], acked, 1).targets.get("d1")!.state).toBe("visited"); // the pull has not seen it yet
    expect(build([GRID], acked, 2).targets.get("d1")!.state).toBe("remaining"); // now the rows speak
    const back = reduce(box, {
      type: "answered",
      epoch: 1,
      next_seq: 2,
      now: 0,
      results: [{ op: op.op, seq: 1, state: "returned" }],
    });
    expect(build([GRID], back, 1).targets.get("d1")!.state).toBe("remaining");
  });

  it("masks as the server does", () => {
    expect([mask("id_no", "120199198001010010"), mask("phone", "12012345678")]).toEqual([
      "120199************",
      "*******5678",
    ]);
  });
});

describe("day", () => {
  const day = dayBook(book(), [GRID], { g: "第一网格" }, "me", NOW);
  it("groups doors by stairwell in walking order and says what is left and agreed", () => {
    expect(day.groups.map((group) => [group.title, group.doors.map((door) => door.room)])).toEqual([
      ["海河花园 5号楼 1单元", ["101", "201"]],
    ]);
    expect([day.count.left, day.count.agreed, day.count.absent].map(sayByKind)).toEqual(["2 户", "0 户", "1 户"]);
    expect(day.groups[0]!.doors.map((door) => [door.mark.char, door.note])).toEqual([
      ["未", "还没去过"],
      ["无", "打算 今天 19:00 再去"],
    ]);
  });

  it("counts no visit that came back, and says of it that the office will see to it", () => {
    const visit = (more: object) => ({
      ...{ kind: "visit", id: "v9", place: "d1", place_kind: "dwelling", at: new Date(NOW).toISOString(), nth: 1 },
      ...{ outcome: "no_answer", by: "me", ...more },
    });
    const shown = (more: object) =>
      dayBook(
        build(
          [{ ...GRID, rows: [...ROWS, visit(more) as unknown as Row], own: ["v9"] } as GridCache],
          empty("a", 1, 1),
          1,
        ),
        [GRID],
        { g: "第一网格" },
        "me",
        NOW,
      );
    const noteOf = (more: object) => shown(more).groups[0]!.doors[0]!.note;
    expect([shown({}).done, shown({ waiting: true }).done].map(sayByKind)).toEqual(["1 户", "0 户"]);
    expect(noteOf({ waiting: true })).toBe("今天有一条退回待处理");
  });

  it("calls a time agreed only where a resident named it, and only until its day is over", () => {
    const spoken = ROWS.map((row) => (row.kind === "target" && row.n_visits ? { ...row, outcome: "postponed" } : row));
    const later = (now: number) =>
      dayBook(build([{ ...GRID, rows: spoken }], empty("a", 1, 1), 1), [GRID], { g: "第一网格" }, "me", now);
    const shown = (now: number) => {
      const at = later(now);
      return [at.count.agreed.dwelling, at.groups[0]!.doors[1]!.mark.char, at.groups[0]!.doors[1]!.note];
    };
    expect(shown(NOW)).toEqual([1, "约", "约在 今天 19:00"]);
    expect(shown(NOW + 86400_000).slice(0, 2)).toEqual([0, "无"]);
  });

  it("tells nothing dispatched, all visited and what is at rest apart", () => {
    const of = (more: Partial<typeof day>) =>
      standing({ ...day, dispatched: true, visited: 0, explained: 0, pending: 0, total: 18, ...more });
    expect(of({ dispatched: false })).toBe("还没下派走访任务。下派之后同步一次，名单就来了。");
    expect(of({ visited: 18 })).toBe("都走访了，18 / 18 户。");
    const away = [{ area: "", whose: "林思齐名下", n: 1 }];
    expect(of({ visited: 10, explained: 5, pending: 2, away })).toBe(
      "已走访 10 / 18 户，剩下的您不用再去：已登记原因 5 户，等复核 2 户，林思齐名下 1 户。",
    );
    expect([day.dispatched, day.visited, day.explained, day.pending, day.total]).toEqual([true, 0, 0, 0, 2]);
  });

  it("finds by name, room and the last digits of a phone", () => {
    for (const words of ["程望舒", "101", "1234"])
      expect(search(day.groups, words, null).flatMap((group) => group.doors.map((door) => door.id))).toEqual(["d1"]);
    expect(search(day.groups, "没有", null)).toEqual([]);
  });

  it("names the first band nobody has tried", () => {
    expect([untried([]), untried(["morning"]), untried(["morning", "afternoon", "evening", "weekend"])]).toEqual([
      "morning",
      "afternoon",
      "",
    ]);
  });
});

describe("time", () => {
  it("is Beijing's, whatever the phone says", () => {
    expect([
      dayOf(Date.parse("2026-11-22T16:00:00Z")),
      bandOf(NOW),
      bandOf(Date.parse("2026-11-22T02:00:00Z")),
    ]).toEqual(["2026-11-23", "morning", "weekend"]);
    expect(sayMoment(atDay("2026-11-24", 19 * 60), "2026-11-23")).toBe("明天 19:00");
    expect([
      isQuiet(atDay("2026-11-23", 1230), ["20:30", "09:00"]),
      isQuiet(atDay("2026-11-23", 540), ["20:30", "09:00"]),
    ]).toEqual([true, false]);
  });

  it("offers six days by four times, what is over left out, and tells what another knock would make of it", () => {
    const { days, rows } = slots(NOW, ["20:30", "09:00"], []);
    expect(days).toHaveLength(6);
    expect(rows.map((row) => row.slots[0]!.over)).toEqual([true, false, false, false]);
    const knock = (at: string) => ({ outcome: "no_answer", at }) as never;
    const two = [knock("2026-11-20T02:00:00Z")];
    expect(hintOf(two, NOW, 0)).toBe("连今天已试 2 日、1 个时段。满 3 日、2 个时段还没人，记“已登记原因”。");
    expect(hintOf(two, NOW, atDay("2026-11-24", 19 * 60))).toBe(
      "连今天已试 2 日、1 个时段。那时再来就满 3 日，仍没人可记“已登记原因”。",
    );
  });
});

describe("ID number", () => {
  it("tells how many digits are missing, a wrong last one, and what a right one says", () => {
    expect(check("")).toBeNull();
    expect(check("1201991980")?.text).toBe("还差 8 位");
    expect(check("120199198001010034")).toMatchObject({ ok: true, sex: "male", born_on: "1980-01-01" });
    expect(check("120199198001010035")?.ok).toBe(false);
    expect(check("120199198002300039")?.text).toContain("出生日期不存在");
  });

  it("any one wrong digit is noticed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 9 }), (at, more) => {
        const right = "120199198001010034";
        const wrong = right.slice(0, at) + ((Number(right[at]) + more) % 10) + right.slice(at + 1);
        expect(check(wrong)?.ok).toBe(false);
      }),
    );
  });

  it("phones are asked for eleven digits", () => {
    expect([phoneFault(""), phoneFault("120 1234 5678"), phoneFault("1201234567"), phoneFault("12a")]).toEqual([
      "",
      "",
      "还差 1 位",
      "电话里有不该有的字",
    ]);
  });
});

describe("UUIDv7", () => {
  it("never repeats, and says of its time only the day", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: NOW, max: 2 ** 45 }), { minLength: 2, maxLength: 50 }), (clocks) => {
        const ids = clocks.map((now) => uuid7(now));
        expect(new Set(ids).size).toBe(ids.length);
        const times = ids.map((id) => parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
        expect(times).toEqual(clocks.map((now) => Date.parse(`${dayOf(now)}T00:00:00+08:00`)));
        for (const id of ids)
          expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });
});
