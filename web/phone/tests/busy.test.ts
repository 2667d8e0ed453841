/** A server that is busy or just coming back: what waits is shown as waiting, and is sent in a while by itself. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type * as Db from "../store/db";

// fake-indexeddb cannot clone a CryptoKey, so the device is not stored
const { device } = vi.hoisted(() => ({
  device: { device: "a", name: "手机", keys: null as unknown, server_key: {}, key_id: "k1", deposit_token: "t" },
}));
vi.mock("../store/db", async (original) => {
  const real = await original<typeof Db>();
  const getMeta = (name: "box") => (name === ("device" as string) ? Promise.resolve(device) : real.getMeta(name));
  return { ...real, getMeta };
});
vi.stubGlobal("navigator", { onLine: true });

const client = await import("../sync/client");
const engine = await import("../sync/engine");
const db = await import("../store/db");
const session = await import("../store/session");

const answer = (status: number, content: unknown) =>
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response(JSON.stringify(content), { status })),
  );

beforeEach(async () => {
  device.keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  await db.write(["meta"], (tx) => {
    void tx.objectStore("meta").put({ share: btoa("s".repeat(32)), until: Date.now() + 3600_000 }, "lease");
    void tx.objectStore("meta").put({ epoch: 1, cursor: 1, last: 0 }, "box");
    void tx.objectStore("meta").put({ success: null, from: 1 }, "sync");
  });
  await session.setFirstPin("271828");
  session.app.phase = "open";
});
afterEach(async () => {
  vi.useRealTimers();
  await db.wipe();
});

it("is told apart from no network by its answer, with the seconds to wait", async () => {
  answer(503, { problem: "busy", seconds: 7, text: "服务器正忙" });
  await expect(client.open("epoch", {})).rejects.toMatchObject({ seconds: 7 });
  answer(503, "<p>gateway</p>");
  await expect(client.open("epoch", {})).rejects.not.toBeInstanceOf(client.Busy);
});

it("shows no error and no missing network, and asks again after as long as it was told", async () => {
  answer(503, { problem: "busy", seconds: 7, text: "服务器正忙" });
  session.app.trouble = "旧的";
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  await engine.sync();
  expect([session.app.online, session.app.trouble, session.app.syncing]).toEqual([true, "", false]);
  const asked = vi.mocked(fetch).mock.calls.length;
  await vi.advanceTimersByTimeAsync(6_900);
  expect(vi.mocked(fetch).mock.calls.length).toBe(asked);
  await vi.advanceTimersByTimeAsync(2_200);
  await vi.waitFor(() => expect(vi.mocked(fetch).mock.calls.length).toBeGreaterThan(asked));
});
