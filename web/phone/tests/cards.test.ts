import { describe, expect, it, vi } from "vitest";
import { build } from "../model/book";
import { answerOf, checkOf, factsOf, isCheck, sayNumber } from "../model/cards";
import { empty, reduce, type Outbox } from "../model/outbox";
import { sayBoth } from "../model/words";
import type { Difference, GridCache, Op, Person, Verdict } from "../model/types";
import type * as Client from "../sync/client";
import { Problem, Unreached } from "../sync/client";
import { dial } from "../sync/dialling";

const signed = vi.hoisted(() => vi.fn());
vi.mock("../sync/client", async (original) => ({ ...(await original<typeof Client>()), signed }));

const AT = "2026-11-23T02:00:00.000Z";
const TODAY = "2026-11-23";
const person = (more: Partial<Person> = {}): Person => ({
  kind: "person",
  id: "p1",
  name: "程望舒",
  status: "active",
  id_no_mask: "120199************",
  heads: { id_no: "w1" },
  ...more,
});
const check = (seq: number, number: string, at = AT): Op => ({
  op: `op${seq}`,
  seq,
  verb: "fact.set",
  kind: "person",
  entity: "p1",
  set: factsOf(person(), number),
  data: {},
  at,
  mono: 0,
  version: 1,
  att: [],
});
const typed = (...ops: Op[]): Outbox =>
  ops.reduce((box, op) => reduce(box, { type: "finished", op }), empty("a", 1, 1));
const answered = (box: Outbox, ...verdicts: Partial<Verdict>[]): Outbox =>
  reduce(box, {
    type: "answered",
    epoch: 1,
    next_seq: verdicts.length + 1,
    results: verdicts.map((verdict, at) => ({ state: "accepted", ...verdict, op: `op${at + 1}`, seq: at + 1 })),
    now: Date.parse(AT),
  });
const answer = (box: Outbox, today = TODAY): string => {
  const kept = checkOf(box, "p1", today);
  return kept ? answerOf(box, kept) : "";
};

describe("a number typed from a card", () => {
  it("names the head it was typed against and is told apart from other changes", () => {
    expect(check(1, "120199198001010034").set).toEqual({ id_no: { p: "w1", v: "120199198001010034" } });
    expect(isCheck(check(1, "120199198001010034"))).toBe(true);
    expect(isCheck({ ...check(1, "x"), set: { phone: { p: null, v: "12012345678" } } })).toBe(false);
    expect(isCheck({ ...check(1, "x"), verb: "visit.record", kind: "dwelling" })).toBe(false);
  });

  it("waits without network and then says what the server found, the last one of the day", () => {
    const box = typed(check(1, "120199198001010034"));
    expect(answer(box)).toContain("还没核");
    expect(answer(answered(box, { reason: "card_equal", text: "一致。" }))).toBe("一致。");
    expect(answer(answered(box, { state: "difference" }))).toContain("不一致");
    expect(answer(answered(box, { state: "returned", reason: "not_here", text: "没有这一户。" }))).toBe("没有这一户。");
    expect(answer(box, "2026-11-24")).toBe("");
    expect(checkOf(box, "p2", TODAY)).toBeUndefined();
    const both = typed(check(1, "120199198001010034"), check(2, "120199198001010050"));
    expect(answer(answered(both, { state: "difference", text: "不一致。" }, { text: "一致。" }))).toBe("一致。");
  });

  it("changes nothing on the phone: what stands is compared by the server and written by nobody", () => {
    const rows = (id_no_mask: string): GridCache[] => [
      { grid: "g", version: 1, hash: "", rows: [person({ id_no_mask })] },
    ];
    const box = typed(check(1, "310101198001010034"));
    const before = build(rows("120199************"), box, 1).persons.get("p1")!;
    expect([before.id_no_mask, before.heads]).toEqual(["120199************", { id_no: "w1" }]);
    const first = build(rows(""), box, 1).persons.get("p1")!;
    expect(first.id_no_mask).toMatch(/^310101\*/);
    expect(first.heads).toEqual({ id_no: "op1" });
  });

  it("is told of a person in the words of the line about them", () => {
    expect(sayNumber(person())).toBe("未核 120199************");
    expect(sayNumber(person({ id_no_checked_on: "2026-11-23" }))).toBe("已核 120199************");
    expect(sayNumber(person({ id_no_mask: "" }))).toBe("证件号未登记");
  });
});

describe("a difference between two numbers", () => {
  it("says what can be seen of them, and no more", () => {
    const difference = { label: "证件号", current: "120199************", claimed: "120199************" } as Difference;
    expect(sayBoth(difference, "您写")).toBe("证件号：登记的和您写的不一样，两个号码都遮住了");
    expect(sayBoth({ ...difference, claimed: "310101************" }, "您写")).toContain("您写“310101************”");
    expect(sayBoth({ ...difference, current: "", claimed: "" }, "您写")).toContain("登记是“空”");
  });
});

describe("a call", () => {
  const line = { kind: "person", entity: "p1", field: "phone" };
  const rung: string[] = [];
  const ring = (number: string) => void rung.push(number);

  it("asks for the number of this call and rings", async () => {
    signed.mockResolvedValueOnce({ number: "12012345678" });
    expect(await dial(line, ring)).toBe("");
    expect(signed).toHaveBeenCalledWith("dial", line);
    expect(rung.splice(0)).toEqual(["12012345678"]);
  });

  it("says why it cannot: no network, the office's words, or anything else", async () => {
    signed.mockRejectedValueOnce(new Unreached("offline"));
    expect(await dial(line, ring)).toBe("没有网，拨不出：号码不存在手机里，连上网再点。");
    signed.mockRejectedValueOnce(new Problem(429, "too_often", { text: "没有拨：太多了。" }));
    expect(await dial(line, ring)).toBe("没有拨：太多了。");
    signed.mockRejectedValueOnce(new Error("?"));
    expect(await dial(line, ring)).toContain("没拨出");
    expect(rung).toEqual([]);
  });
});
