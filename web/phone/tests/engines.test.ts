/** The build is read by engines some years old; what they do not know is noticed while it is built. */
import { describe, expect, it } from "vitest";
import { notEs5, tooNew, tooNewStyle } from "../../engines";
import { engineOf } from "../model/engine";

describe("what Chromium 87 and Safari 15.4 do not know", () => {
  it.each([
    ["class A { static { f() } }", "a static block"],
    ["export const x = await f();", "await at the top"],
    ["class A { #x; static is(y) { return #x in y } }", "#x in y"],
    ["f(/(?<=a)b/)", "/(?<=a)b/"],
    ["f(/(?<!a)b/)", "/(?<!a)b/"],
    ["f(/a/d)", "/a/d"],
    ["ops.at(-1)", ".at()"],
    ["ops?.findLast(f)", ".findLast()"],
    ["Object.hasOwn(a, b)", ".hasOwn()"],
    ["crypto.randomUUID()", ".randomUUID()"],
    ["structuredClone(a)", "structuredClone()"],
    ["fetch(a, { signal: AbortSignal.timeout(5) })", "AbortSignal.timeout"],
  ])("%s", (code, fault) => {
    expect(tooNew(code)).toEqual([fault]);
  });

  it("is nothing of this", () => {
    const code = [
      "a?.b ?? c; x ??= op.at; class A { #x = 1; static y = 2 }",
      "async () => { await f(); for await (const b of c) d(b) };",
      "const like = { toSorted() { return f(this).toSorted() } };",
      "/(?<year>a)/u.test(b); Promise.allSettled([]); c.replaceAll('a', 'b'); 1_000n; import('./x.js')",
    ].join("\n");
    expect(tooNew(code)).toEqual([]);
  });

  it("is told of styles too", () => {
    expect(tooNewStyle(".a:has(.b){color:red}@layer x;.c{&:hover{top:0}}")).toEqual([":has(", "@layer", "{&"]);
    expect(tooNewStyle(".a{inset:0;gap:1px;min-height:100vh;min-height:100dvh}")).toEqual([]);
  });
});

describe("what a browser of 2012 cannot read", () => {
  it.each([
    ["() => 1", "ArrowFunctionExpression"],
    ["const a = 1", "const"],
    ["f(`a`)", "TemplateLiteral"],
    ["f({ a })", "a short property"],
    ["f(...a)", "SpreadElement"],
    ["f(a?.b)", "ChainExpression"],
    ["f(a ?? b)", "??"],
    ["async function f() {}", "an async or generating FunctionDeclaration"],
    ["f(a,)", "a comma before )"],
  ])("%s", (code, fault) => {
    expect(notEs5(code)).toEqual([fault]);
  });

  it("is nothing of this", () => {
    expect(notEs5('(function () { "use strict"; var a = { b: 1 }; if (a || !a.b) f(a, function () {}); })();')).toEqual(
      [],
    );
  });
});

describe("the engine of a browser", () => {
  const ANDROID = "Mozilla/5.0 (Linux; Android 10; ALP-AL00) AppleWebKit/537.36 (KHTML, like Gecko)";
  it.each([
    [`${ANDROID} Chrome/88.0.4324.93 Mobile Safari/537.36 HuaweiBrowser/11.1.5`, "Chromium", 88, 87],
    [`${ANDROID} Version/4.0 Chrome/78.0.3904.62 XWEB/2692 Mobile Safari/537.36 MicroMessenger/8`, "Chromium", 78, 87],
    ["Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0.0.0 ArkWeb/4.1 Mobile", "Chromium", 114, 87],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 15_3 like Mac OS X) Version/15.3 Safari/604.1", "苹果系统", 15.3, 15.4],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/16.4 Safari/605.1.15", "Safari", 16.4, 15.4],
    ["Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/118.0 Firefox/118.0", "火狐", 118, 98],
    ["", "没见过的浏览器", 0, 0],
  ])("%s", (userAgent, name, version, least) => {
    expect(engineOf(userAgent)).toEqual({ name, version, least });
  });
});
