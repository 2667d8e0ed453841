/** What this phone and browser can do; asked at the start, and shown in the settings. */
import { API } from "./sync/client";

export interface Check {
  name: string;
  ok: boolean;
  text: string;
  /** Without it nothing is safe, so the app does not start. */
  needed: boolean;
}

async function databaseWorks(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const asked = indexedDB.open("gridwalk-selftest", 1);
      asked.onsuccess = () => {
        asked.result.close();
        indexedDB.deleteDatabase("gridwalk-selftest");
        resolve(true);
      };
      asked.onerror = asked.onblocked = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("zh-CN")} MB`;

export async function needed(): Promise<Check[]> {
  return [
    {
      name: "安全连接",
      ok: isSecureContext,
      needed: true,
      text: isSecureContext ? "网址是加密的" : "要用 https:// 开头的网址打开",
    },
    {
      name: "加密",
      ok: !!globalThis.crypto?.subtle,
      needed: true,
      text: crypto?.subtle ? "数据在手机里加密存放" : "这个浏览器不能加密，请换 Chrome 或手机自带的浏览器",
    },
    { name: "本机存储", ok: await databaseWorks(), needed: true, text: "走访先存手机，再传服务器" },
    {
      name: "一次只开一处",
      ok: "locks" in navigator,
      needed: true,
      text: "locks" in navigator ? "两个页面不会同时写" : "请把浏览器更新到新版本",
    },
  ];
}

export async function everything(): Promise<Check[]> {
  const checks = await needed();
  const registration =
    "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration("/phone/") : undefined;
  checks.push({
    name: "离线打开",
    ok: !!registration?.active,
    needed: false,
    text: registration?.active ? "没有网也能打开" : "这个浏览器没有网就打不开；开着的页面不要关，内容照样存得下",
  });
  const space = await navigator.storage?.estimate?.().catch(() => undefined);
  const free = space?.quota ? space.quota - (space.usage ?? 0) : 0;
  checks.push({
    name: "剩余空间",
    ok: free > 50e6,
    needed: false,
    text: free ? `还能存 ${megabytes(free)}` : "看不到剩余空间",
  });
  const kept = await navigator.storage?.persisted?.().catch(() => false);
  checks.push({
    name: "长期保存",
    ok: !!kept,
    needed: false,
    text: kept ? "系统不会自动清掉" : "空间紧时系统可能清掉。请把网格走访添加到主屏幕，并每天连一次网",
  });
  const reached = await fetch(`${API}epoch`, { cache: "no-store", credentials: "omit" }).then(
    (answer) => answer.ok,
    () => false,
  );
  checks.push({
    name: "服务器",
    ok: reached,
    needed: false,
    text: reached ? "连得上" : "现在连不上，照常走，有网自己传",
  });
  return checks;
}
