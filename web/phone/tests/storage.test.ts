/** A database that the system closes, empties or withholds: all is saved, or the true cause is named. */
import { forceCloseDatabase } from "fake-indexeddb";
import { unwrap } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { GridCache } from "../model/types";
import { explain, StoreError, type Cause } from "../store/causes";
import { activate, db, PIN, restart, session, typed, visit } from "./phone";

class Tab {
  setItem(name: string, value: string): void {
    Object.assign(this, { [name]: value });
  }
  getItem(name: string): string | null {
    return (this as unknown as Record<string, string>)[name] ?? null;
  }
  removeItem(name: string): void {
    delete (this as unknown as Record<string, string>)[name];
  }
}
const LOST = new DOMException(
  "Connection to Indexed Database server lost. Refresh the page to try again",
  "UnknownError",
);
const GRID: GridCache = { grid: "g", version: 1, hash: "", rows: [] };

beforeEach(async () => {
  vi.stubGlobal("sessionStorage", new Tab());
  await activate();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await db.close().catch(() => undefined);
  await emptied();
});

function emptied(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(db.NAME);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
const closed = async () => (await db.open()).close();
const opensNot = (error: DOMException) =>
  vi.spyOn(IDBFactory.prototype, "open").mockImplementation(() => {
    throw error;
  });
async function stored(): Promise<string[]> {
  await restart();
  expect(await session.enterPin(PIN)).toBe("open");
  return session.data.box.ops.map((kept) => kept.op.entity);
}

describe("a database closed under the page is opened again", () => {
  it.each([
    ["its connection is closing", closed],
    ["the browser says that it closed", async () => forceCloseDatabase(unwrap(await db.open()) as never)],
    [
      "iOS has lost it",
      async () =>
        vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementationOnce(() => {
          throw LOST;
        }),
    ],
    ["a newer page wants it", emptied],
  ])("%s", async (_how, end) => {
    await visit("d1");
    await session.saveDraft(typed("d2"));
    await end();
    await visit("d3");
    expect(await stored()).toEqual(["d1", "d3"]);
    expect([...session.data.drafts.keys()]).toEqual(["d2"]);
  });

  it("and one that was emptied gets back what the page holds: who it is, its ops, drafts, list", async () => {
    await visit("d1");
    await session.keepCache([GRID], [], 1, 5);
    await emptied();
    const draft = typed("d2");
    await session.saveDraft(draft);
    expect(await stored()).toEqual(["d1"]);
    expect([session.data.drafts.get("d2"), session.data.grids, session.app.success]).toEqual([draft, [GRID], 5]);
    expect((await db.getMeta("device"))!.device).toBe("a");
  });

  it("but a locked page holds nothing, and says that it is gone", async () => {
    await visit("d1");
    session.shut();
    await emptied();
    await expect(session.enterPin(PIN)).rejects.toMatchObject({ why: "evicted" });
    await expect(session.enterPin(PIN)).rejects.toMatchObject({ why: "evicted" });
  });
});

describe("a database that opens no more", () => {
  it("keeps nothing in the clear, and what was typed is there when the page is opened anew", async () => {
    await visit("d1");
    await closed();
    const opening = opensNot(LOST);
    const draft = typed("d2");
    await expect(visit("d2", draft)).rejects.toMatchObject({ why: "closed" });
    await expect(session.saveDraft(draft)).rejects.toMatchObject({ why: "closed" });
    expect(session.data.drafts.get("d2")).toEqual(draft);
    expect(Object.keys(sessionStorage)).toEqual(["gridwalk-draft d2"]);
    expect(JSON.stringify(sessionStorage)).not.toContain("程望舒");

    opening.mockRestore();
    expect(await stored()).toEqual(["d1"]);
    expect(session.data.drafts.get("d2")).toEqual(draft);
    expect(Object.keys(sessionStorage)).toEqual([]);
    await visit("d2", draft);
    expect(await stored()).toEqual(["d1", "d2"]);
    expect(session.data.drafts.size).toBe(0);
  });

  it("brings back no draft that became a visit, and none that another key closed", async () => {
    const draft = typed("d1");
    await closed();
    const opening = opensNot(LOST);
    await expect(session.saveDraft(draft)).rejects.toThrow();
    opening.mockRestore();
    const aside = sessionStorage.getItem("gridwalk-draft d1")!;
    await visit("d1", draft);
    expect(Object.keys(sessionStorage)).toEqual([]);
    sessionStorage.setItem("gridwalk-draft d1", aside);
    sessionStorage.setItem("gridwalk-draft d9", `${btoa("i".repeat(12))} ${btoa("c".repeat(40))}`);
    expect(await stored()).toEqual(["d1"]);
    expect([session.data.drafts.size, Object.keys(sessionStorage)]).toEqual([0, []]);
  });

  it("is emptied with what lies aside when the phone is taken back", async () => {
    sessionStorage.setItem("gridwalk-draft d1", "x y");
    sessionStorage.setItem("another page's", "z");
    await db.wipe();
    expect(Object.keys(sessionStorage)).toEqual(["another page's"]);
  });
});

describe("each cause is named, and no other", () => {
  const named = (name: string, message = "") => new DOMException(message, name);
  const opening = (error: DOMException) => async () => {
    await db.close();
    opensNot(error);
  };
  /** Asked to open, the browser does this and no more. */
  const asked = (answer: (request: IDBOpenDBRequest) => void) => async () => {
    await db.close();
    vi.spyOn(IDBFactory.prototype, "open").mockImplementation(() => {
      const request = new IDBOpenDBRequest();
      answer(request);
      return request;
    });
  };
  const taking = (error: DOMException) => async () => {
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw error;
    });
  };

  const CASES: [Cause, () => Promise<unknown>, string][] = [
    [
      "full",
      taking(named("QuotaExceededError")),
      "没有保存：手机存储满了。填的都在，这一页先别关。存过的都在。清一些照片或应用，再点一次。",
    ],
    [
      "closed",
      opening(LOST),
      "没有保存：系统把手机里的存储关上了，没能再打开。填的都留着，打开就接着填。请点“重新打开”。",
    ],
    ["refused", opening(named("SecurityError")), "没有保存：浏览器不让这个网址存东西。填的都在，这一页先别关。"],
    [
      "private",
      opening(named("InvalidStateError")),
      "没有保存：这是无痕（隐私）窗口，存不住东西。填的都在，这一页先别关。",
    ],
    [
      "newer",
      opening(named("VersionError")),
      "没有保存：另一页已经换上新版本，这一页是旧的。填的都留着，打开就接着填。",
    ],
    [
      "held",
      asked((request) => {
        vi.spyOn(request, "addEventListener").mockImplementation((type, listener) => {
          if (type === "blocked") (listener as (event: object) => void)({ oldVersion: 0, newVersion: 1 });
        });
      }),
      "没有保存：还有一个旧页面占着手机里的存储。填的都在，这一页先别关。把网格走访的其他页面都关掉，再点一次。",
    ],
    [
      "broken",
      opening(named("UnknownError", "Internal error opening backing store for indexedDB.open.")),
      "没有保存：手机的存储出了错（UnknownError Internal error opening backing store for indexedDB.open.）。填的都在",
    ],
    ["locked", async () => session.shut(), "没有保存：网格走访已经锁上。填的都在，这一页先别关。输解锁数字打开"],
  ];
  it.each(CASES)("%s", async (why, bring, text) => {
    await bring();
    const error: unknown = await visit("d1").then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ why });
    expect(explain(new StoreError(why, (error as StoreError).detail), "没有保存", true).text).toMatch(
      new RegExp(`^${text.replace(/[().]/g, "\\$&")}`),
    );
  });

  it("silent: an answer that never comes is not waited for", async () => {
    await asked(() => undefined)();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const answer = expect(db.getMeta("box")).rejects.toMatchObject({ why: "silent" });
    await vi.advanceTimersByTimeAsync(20_000);
    await answer;
    expect(explain(new StoreError("silent"), "没有保存").text).toBe(
      "没有保存：手机的存储没有应答。等几秒再点一次；还不行，重启手机。",
    );
  });

  it("evicted, and what only this page holds", () => {
    expect(explain(new StoreError("evicted"), "这次没打开")).toEqual({
      text:
        "这次没打开：手机里的资料被清掉了，多半是清理软件，或空间不够时系统清的。" +
        "到过服务器的都在。请重新打开，向社区要新的激活码启用。",
      anew: true,
    });
    expect(explain(new StoreError("closed"), "没有保存", false).text).toContain("填的只在这一页上，要紧的先抄下来。");
  });

  it("a fault of the program is no fault of the phone", async () => {
    const error: unknown = await session.finish(() => (undefined as unknown as { op: never }).op).catch((one) => one);
    expect(explain(error, "没有保存").text).toMatch(/^没有保存：程序出了错，不是手机的事（TypeError: .*）。再点一次/);
  });
});
