/** Why the phone could not keep something, and what that means for whoever holds it. A message names its true cause. */

interface Words {
  what: string;
  /** What to do about it. */
  way: string;
  /** Only the page opened anew gets out of it. */
  anew?: boolean;
}

export const CAUSES = {
  full: { what: "手机存储满了", way: "存过的都在。清一些照片或应用，再点一次" },
  closed: { what: "系统把手机里的存储关上了，没能再打开", way: "请点“重新打开”", anew: true },
  evicted: {
    what: "手机里的资料被清掉了，多半是清理软件，或空间不够时系统清的",
    way: "到过服务器的都在。请重新打开，向社区要新的激活码启用",
    anew: true,
  },
  refused: { what: "浏览器不让这个网址存东西", way: "在浏览器设置里允许它存数据（Cookie 和网站数据），再重新打开" },
  private: { what: "这是无痕（隐私）窗口，存不住东西", way: "请换平常的窗口打开" },
  newer: { what: "另一页已经换上新版本，这一页是旧的", way: "请点“重新打开”", anew: true },
  held: { what: "还有一个旧页面占着手机里的存储", way: "把网格走访的其他页面都关掉，再点一次" },
  silent: { what: "手机的存储没有应答", way: "等几秒再点一次；还不行，重启手机" },
  locked: { what: "网格走访已经锁上", way: "输解锁数字打开，再存一次" },
  broken: { what: "手机的存储出了错", way: "再点一次；还不行，重启手机再打开" },
  fault: { what: "程序出了错，不是手机的事", way: "再点一次；还不行，请把这句话告诉管理员" },
} as const satisfies Record<string, Words>;

export type Cause = keyof typeof CAUSES;

/** Something was not kept. `detail`: what the browser said, for whoever has to mend it. */
export class StoreError extends Error {
  constructor(
    readonly why: Cause,
    readonly detail = "",
  ) {
    super(`${why} ${detail}`.trim());
  }
}

const NAMES: Record<string, Cause> = {
  QuotaExceededError: "full",
  InvalidStateError: "closed",
  TransactionInactiveError: "closed",
  AbortError: "closed",
  SecurityError: "refused",
  VersionError: "newer",
};
/** WebKit says so when the process that keeps the databases has gone: “Connection to Indexed Database server lost”. */
const LOST = /connection|closing|server lost/i;

/** What the browser's database threw, as a cause. `opening`: it threw before there was a connection. */
export function storeError(error: unknown, opening = false): StoreError {
  if (error instanceof StoreError) return error;
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const detail = `${name} ${message}`.trim();
  if (name === "UnknownError") return new StoreError(LOST.test(message) ? "closed" : "broken", detail);
  // A private window of an older Firefox has a database that opens for nobody.
  if (opening && name === "InvalidStateError") return new StoreError("private", detail);
  return new StoreError(NAMES[name] ?? (error instanceof DOMException ? "broken" : "fault"), detail);
}

export interface Failure {
  text: string;
  anew: boolean;
}

/** A sentence for whatever was thrown. `kept`: whether what was typed will be there, where something was typed. */
export function explain(error: unknown, said: string, kept?: boolean): Failure {
  const { why, detail } = error instanceof StoreError ? error : new StoreError("fault", String(error));
  const { what, way, anew = false }: Words = CAUSES[why];
  const named = ["broken", "fault"].includes(why) && detail ? `（${detail.slice(0, 120)}）` : "";
  const typed =
    kept === undefined
      ? ""
      : !kept
        ? "填的只在这一页上，要紧的先抄下来。"
        : anew
          ? "填的都留着，打开就接着填。"
          : "填的都在，这一页先别关。";
  return { text: `${said}：${what}${named}。${typed}${way}。`, anew };
}
