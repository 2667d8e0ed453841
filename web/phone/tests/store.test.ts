/** The store on a real IndexedDB: what is finished is on the disk, sealed, and there after any end of the browser. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blank } from "../model/draft";
import { blankAsk } from "../model/sampled";
import { dayOf } from "../model/time";
import type { VisitData } from "../model/types";
import { fromBase64, ITERATIONS } from "../store/crypto";
import { openDoor } from "./sampled";
import { activate, db, PIN, restart, server, session, visit } from "./phone";

beforeEach(activate);
afterEach(async () => {
  await db.wipe();
});

async function everythingStored(): Promise<string> {
  const store = await db.open();
  const out: string[] = [];
  const show = (value: unknown): string =>
    value instanceof ArrayBuffer
      ? new TextDecoder("latin1").decode(value) + new TextDecoder().decode(value)
      : value instanceof Uint8Array
        ? new TextDecoder().decode(value)
        : value && typeof value === "object"
          ? Object.values(value).map(show).join(" ")
          : String(value);
  for (const name of ["meta", "cache", "drafts", "ops", "blobs"] as const)
    out.push(...(await store.getAll(name)).map(show));
  return out.join("\n");
}

describe("store", () => {
  it("a finished visit takes its draft's place in one transaction and is there after a kill", async () => {
    await session.saveDraft({ ...blank("dwelling", "d1"), note: { kind: "request", text: "想装扶手" } });
    await session.saveDraft({ ...blank("dwelling", "d2"), note: { kind: "request", text: "想装扶手" } });
    const op = await visit("d1");
    await restart();
    expect(await session.enterPin(PIN)).toBe("open");
    expect(session.data.box.ops.map((kept) => kept.op.op)).toEqual([op.op]);
    expect((session.data.box.ops[0]!.op.data as unknown as VisitData).note!.text).toBe("程望舒家门口的灯");
    expect([...session.data.drafts.keys()]).toEqual(["d2"]);
    expect(session.waitingCount.value).toBe(1);
  });

  it("when the disk is full neither the op nor the number is used, and the draft stays", async () => {
    await session.saveDraft({ ...blank("dwelling", "d1"), note: { kind: "request", text: "想装扶手" } });
    const write = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementationOnce(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await expect(visit("d1")).rejects.toThrow();
    write.mockRestore();
    expect([session.data.box.last, session.data.drafts.has("d1")]).toEqual([0, true]);
    expect((await visit("d1")).seq).toBe(1);
  });

  it("the last day of a door is over by the server's clock, also for a page that has not heard it yet", async () => {
    const { hear } = await import("../store/clock");
    hear(Date.parse("2026-01-31T12:00:00+08:00"));
    session.data.sampled = ["2026-01-30", "2026-01-31"].map((day) => openDoor({ id: day, until_on: day }).door);
    await session.keepCache([], [], 1, 5);
    await restart();
    expect(await session.enterPin(PIN)).toBe("open");
    expect(session.data.sampled.map(({ id }) => id)).toEqual(["2026-01-31"]);
  });

  it("no door goes early where the phone was slow and its clock has been set right since", async () => {
    const { hear } = await import("../store/clock");
    const tomorrow = dayOf(Date.now() + 24 * 3600 * 1000);
    session.data.sampled = [openDoor({ id: "running", until_on: tomorrow }).door];
    hear(Date.now() + 72 * 3600 * 1000);
    await session.keepCache([], [], 1, 5);
    await restart();
    expect(await session.enterPin(PIN)).toBe("open");
    expect(session.data.sampled.map(({ id }) => id)).toEqual(["running"]);
  });

  it("doors of a sample whose days are over go from the disk with what was typed of them", async () => {
    const over = openDoor({ id: "over", until_on: "2026-01-31" });
    const running = openDoor({ id: "running", until_on: "2999-12-31" });
    session.data.sampled = [over.door, running.door];
    await session.keepCache([], [], 1, 5);
    for (const door of [over, running]) await session.saveDraft(blankAsk(door, null));
    await restart();
    expect(await session.enterPin(PIN)).toBe("open");
    expect(session.data.sampled.map(({ id }) => id)).toEqual(["running"]);
    expect([...session.data.drafts.keys()]).toEqual(["running"]);
    session.data.sampled = [];
    await restart();
    await session.enterPin(PIN);
    expect(session.data.sampled.map(({ id }) => id)).toEqual(["running"]);
  });

  it("what was typed of a door that is told no more goes, what was typed at a visit stays", async () => {
    const [given, mine] = [openDoor({ id: "given on" }), openDoor({ id: "mine" })];
    session.data.sampled = [mine.door];
    for (const door of [given, mine]) await session.saveDraft(blankAsk(door, null));
    await session.saveDraft(blank("dwelling", "visited"));
    const { dropUntold } = await import("../sync/engine"); // it wants the browser that ./phone stands for
    await dropUntold();
    expect([...session.data.drafts.keys()].sort()).toEqual(["mine", "visited"]);
  });

  it("many visits at once get contiguous numbers", async () => {
    const ops = await Promise.all(Array.from({ length: 12 }, (_, n) => visit(`d${n}`)));
    expect(ops.map((op) => op.seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
  });

  it("what the server said is kept; a cloned phone takes its new name and numbers", async () => {
    const first = await visit("d1");
    await visit("d2");
    await session.apply({
      type: "answered",
      epoch: 1,
      next_seq: 2,
      now: Date.now(),
      results: [{ op: first.op, seq: 1, state: "returned", reason: "not_here", text: "没有这一户" }],
    });
    await session.apply({ type: "cloned", epoch: 1, device: "b", next_seq: 1 }, { device: "b", deposit_token: "u" });
    await restart();
    await session.enterPin(PIN);
    expect(session.data.box).toMatchObject({ device: "b", cursor: 1, last: 2 });
    expect(session.data.box.ops[0]!.verdict).toMatchObject({ state: "returned", text: "没有这一户" });
    expect((await db.getMeta("device"))!.deposit_token).toBe("u");
  });

  it("nothing personal lies there in the clear, and a sealed op opens with the server's key and no other", async () => {
    await session.saveDraft({ ...blank("dwelling", "d3"), note: { kind: "request", text: "韩书言想装扶手" } });
    session.data.user = { ...session.data.user, name: "沈若溪" };
    await session.keepCache(
      [{ grid: "g", version: 1, hash: "", rows: [{ kind: "person", id: "p", name: "孟昭宁", status: "active" }] }],
      [],
      1,
      Date.now(),
    );
    const op = await visit("d1");
    const stored = await everythingStored();
    for (const name of ["程望舒", "韩书言", "孟昭宁", "沈若溪", PIN]) expect(stored).not.toContain(name);

    const record = (await (await db.open()).get("ops", op.op))!;
    const raw = fromBase64(record.sealed);
    const [point, iv, ct] = [raw.slice(0, 65), raw.slice(65, 77), raw.slice(77)];
    const peer = await crypto.subtle.importKey("raw", point, { name: "ECDH", namedCurve: "P-256" }, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: peer }, server.privateKey, 256);
    const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: point, info: new TextEncoder().encode("gridwalk outbox 1") },
      base,
      { name: "AES-GCM", length: 256 },
      false,
      ["decrypt"],
    );
    const open = (name: string) =>
      crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) }, key, ct);
    expect(JSON.parse(new TextDecoder().decode(await open(op.op)))).toMatchObject({
      op: op.op,
      verb: "visit.record",
      entity: "d1",
    });
    await expect(open("another op")).rejects.toThrow();
  });
});

describe("PIN", () => {
  it("a wrong one opens nothing and makes the next wait longer, also for who kills the app", async () => {
    await visit("d1");
    const found: string[] = [];
    for (const wait of [0, 0, 2000, 4000]) {
      await restart();
      const before = Date.now();
      found.push(await session.enterPin("000000"));
      const { until } = (await db.getMeta("tries"))!;
      expect(until - before).toBeGreaterThanOrEqual(wait);
      expect(until - before).toBeLessThan(wait + 30_000);
      if (wait === 2000) {
        expect(await session.enterPin(PIN)).toBe("wait");
        await db.setMeta("tries", { n: 3, until: 0 });
      }
    }
    expect(found).toEqual(["wrong", "wrong", "wrong", "wrong"]);
    expect([session.waitAfter(2), session.waitAfter(30)]).toEqual([0, 900_000]);
    await db.setMeta("tries", { n: 4, until: 0 });
    expect(await session.enterPin(PIN)).toBe("open");
    expect(session.data.box.ops).toHaveLength(1);
  });

  it("opens nothing without the server's share; another share and PIN keep everything readable", async () => {
    await visit("d1");
    await session.takeShare(btoa("t".repeat(32)), Date.now() + 1);
    await session.bindPin("314159");
    await restart();
    expect(await session.enterPin(PIN)).toBe("wrong");
    expect(await session.enterPin("314159")).toBe("open");
    expect(session.data.box.ops).toHaveLength(1);
    await db.setMeta("lease", { share: null, until: 0 });
    await restart();
    expect(await session.enterPin("314159")).toBe("lease");
    expect(ITERATIONS).toBeGreaterThanOrEqual(600_000);
  });
});
