/** Whose an open door is: mine, covered for some days, nobody's, given back, somebody else's. */
import { describe, expect, it } from "vitest";
import { build } from "../model/book";
import { dayBook, sayAway, sayByKind, standing } from "../model/day";
import { empty } from "../model/outbox";
import type { Dwelling, GridCache, Post, Row, Target } from "../model/types";
import { coveredBy, isAway, whose } from "../model/whose";

const NOW = Date.parse("2026-11-23T10:00:00+08:00");
const post = (user: string, more: Partial<Post> = {}): Post => ({
  grid: "g",
  user,
  name: user,
  responsible: false,
  covers: null,
  ...more,
});

/** A grid with a door for each assignee; a `!` behind the name: given back. */
function bookOf(assignees: (string | null)[], posts: Post[], users: Record<string, string> = {}) {
  const rows = assignees.flatMap((assignee, n): Row[] => {
    const id = `d${n}`;
    const door = {
      kind: "dwelling",
      id,
      building: null,
      stairwell: null,
      room: id,
      address: id,
      order: id,
      status: "active",
      heads: {},
    };
    const target = {
      kind: "target",
      id: `t${n}`,
      place_kind: "dwelling",
      place: id,
      state: "remaining",
      outcome: "",
      n_visits: 0,
      bands: [],
      revisit_at: null,
      planned_on: null,
      planned_band: "",
      assignee: assignee === "!" ? null : assignee,
      note: assignee === "!" ? "退回：亲友" : "",
    };
    return [door as unknown as Dwelling, target as Target];
  });
  const grid: GridCache = { grid: "g", version: 1, hash: "", rows };
  const book = build([grid], empty("a", 1, 1), 1, { posts, users });
  return { book, grid, of: (n: number) => book.targets.get(`d${n}`)! };
}

describe("whose a door is", () => {
  it("is mine, another's in post, nobody's, given back", () => {
    const { book, of } = bookOf(["me", "林思齐", "曹子衿", null, "!"], [post("me"), post("林思齐")]);
    expect([0, 1, 2, 3, 4].map((n) => whose(book, of(n), "me"))).toEqual([
      "mine",
      "others",
      "nobodys",
      "nobodys",
      "given_back",
    ]);
  });

  it("is walked by a substitute and stays whose it is; a day later it is away again", () => {
    const posts = [post("林思齐", { responsible: true }), post("me", { covers: "林思齐" })];
    const during = bookOf(["林思齐", "曹子衿"], posts);
    expect([whose(during.book, during.of(0), "me"), isAway(during.book, during.of(0), "me")]).toEqual([
      "covered",
      false,
    ]);
    expect(isAway(during.book, during.of(1), "me")).toBe(false); // who covers the responsible one sees what is nobody's
    expect([...coveredBy(during.book, "me")]).toEqual(["林思齐"]);
    const after = bookOf(["林思齐"], posts.slice(0, 1));
    expect(whose(after.book, after.of(0), "me")).toBe("others");
    expect([...coveredBy(after.book, "me")]).toEqual([]);
  });

  it("of nobody is on the responsible worker's phone; without one, on all", () => {
    const away = (posts: Post[]) => {
      const { book, of } = bookOf(["曹子衿"], posts);
      return isAway(book, of(0), "me");
    };
    expect(away([post("me", { responsible: true }), post("林思齐")])).toBe(false);
    expect(away([post("me"), post("林思齐", { responsible: true })])).toBe(true);
    expect(away([post("me"), post("林思齐")])).toBe(false);
  });

  it("is as before while nobody has told who is in post", () => {
    const { book, of } = bookOf(["me", "林思齐", null, "!"], []);
    expect([0, 1, 2, 3].map((n) => isAway(book, of(n), "me"))).toEqual([false, true, false, true]);
  });

  it("is said in the list, and by name where nothing is left for me", () => {
    const posts = [post("me"), post("林思齐", { responsible: true, name: "林思齐" })];
    const { book, grid } = bookOf(["林思齐", "林思齐", "曹子衿", "!"], posts);
    const day = dayBook(book, [grid], {}, "me", NOW);
    expect([sayByKind(day.count.left), sayAway(day)]).toEqual([
      "0 户",
      ["林思齐名下 2 户", "没人负责 1 户", "等社区改派 1 户"],
    ]);
    expect(standing(day)).toContain("林思齐名下 2 户");
    const covering = bookOf(["林思齐", "me"], [...posts, post("me", { covers: "林思齐" })]);
    const mine = dayBook(covering.book, [covering.grid], {}, "me", NOW);
    expect([
      sayByKind(mine.count.left),
      sayByKind(mine.count.covered),
      mine.groups.flatMap((group) => group.doors.map((door) => door.tags)),
    ]).toEqual(["2 户", "1 户", [["代林思齐"], []]]);
  });
});
