/** What this phone and browser can do; asked at the start, and shown in the settings. */
import { engineOf } from "./model/engine";
import { explain } from "./store/causes";
import { setMeta } from "./store/db";
import { app } from "./store/session";
import { API } from "./sync/client";

export interface Check {
  name: string;
  ok: boolean;
  text: string;
}

/** Whether something can be written, and if not, why. */
async function keeps(): Promise<Check> {
  const check = { name: "本机存储", ok: true, text: "走访先存手机，再传服务器" };
  try {
    await setMeta("large", app.large);
    return check;
  } catch (error) {
    return { ...check, ok: false, text: explain(error, "存不了").text };
  }
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("zh-CN")} MB`;

/** Without these nothing is safe, so the app does not start. */
export function needed(): Check[] {
  const canLock = "locks" in navigator;
  const canOpen = "showModal" in document.createElement("dialog");
  return [
    {
      name: "安全连接",
      ok: isSecureContext,
      text: isSecureContext ? "浏览器允许离线使用" : "要用 https:// 开头的网址打开",
    },
    {
      name: "加密",
      ok: !!globalThis.crypto?.subtle,
      text: crypto?.subtle ? "数据在手机里加密存放" : "这个浏览器不能加密，请换 Chrome 或手机自带的浏览器",
    },
    { name: "一次只开一处", ok: canLock, text: canLock ? "两个页面不会同时写" : "请把浏览器更新到新版本" },
    { name: "弹出的页", ok: canOpen, text: canOpen ? "打得开" : "请把浏览器更新到新版本" },
  ];
}

/** A browser trusts the machine it runs on without encryption; that is no secure address. */
function encrypted(): Check {
  const ok = location.protocol === "https:";
  return {
    name: "网址加密",
    ok,
    text: ok ? "网址是加密的" : "本机试用，网址没有加密。正式使用要用 https:// 开头的网址",
  };
}

/** Apps that show pages inside themselves, and clear what the pages keep with their own cache. */
const INSIDE = /MicroMessenger|DingTalk|AliApp|Weibo|QQ\//;

function browser(): Check[] {
  const { name, version, least } = engineOf(navigator.userAgent);
  const isNew = version >= least;
  const checks = [
    {
      name: "浏览器",
      ok: isNew,
      text: isNew ? `${name} ${version}，够新` : `${name} ${version}，太旧，要 ${least} 以上。请更新浏览器或系统`,
    },
  ];
  if (INSIDE.test(navigator.userAgent))
    checks.push({
      name: "在别的应用里打开的",
      ok: false,
      text: "代价：微信、钉钉这类应用清缓存，会把手机里的资料一起清掉，没传的走访就没了。请在右上角的菜单里选“在浏览器打开”，在那里启用",
    });
  return checks;
}

function homeScreen(): Check {
  const ok =
    matchMedia("(display-mode: standalone)").matches || (navigator as { standalone?: boolean }).standalone === true;
  return {
    name: "主屏幕",
    ok,
    text: ok
      ? "从主屏幕打开的"
      : "这次不是从主屏幕打开的。浏览器菜单里有“添加到主屏幕”。没有这一项也能用，代价：每次要从收藏的网址打开；苹果手机 7 天没打开，系统会清掉手机里的资料",
  };
}

async function lasting(): Promise<Check> {
  const { storage } = navigator;
  const ok =
    (await storage?.persisted?.().catch(() => false)) || (await storage?.persist?.().catch(() => false)) || false;
  return {
    name: "长期保存",
    ok,
    text: ok
      ? "空间紧时系统也不会清掉"
      : "浏览器没有答应。代价：空间紧时，系统会把手机里的资料整个清掉，没传的走访就没了。添加到主屏幕，从那里打开再查一遍；还不行也能用，每天收工前连网，看到“都已传到服务器”再走",
  };
}

async function room(): Promise<Check> {
  const space = await navigator.storage?.estimate?.().catch(() => undefined);
  const free = space?.quota ? space.quota - (space.usage ?? 0) : 0;
  const ok = free > 50e6;
  const little = "不够用。清一些照片或应用；是无痕窗口的，换平常的窗口，无痕的一关就全没了";
  return {
    name: "剩余空间",
    ok,
    text: free ? `还能存 ${megabytes(free)}${ok ? "" : `，${little}`}` : "看不到剩余空间",
  };
}

export async function everything(): Promise<Check[]> {
  const registration =
    "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration("/phone/") : undefined;
  const checks = [
    ...needed(),
    encrypted(),
    ...browser(),
    await keeps(),
    {
      name: "离线打开",
      ok: !!registration?.active,
      text: registration?.active ? "没有网也能打开" : "这个浏览器没有网就打不开；开着的页面不要关，内容照样存得下",
    },
    await room(),
    homeScreen(),
    await lasting(),
  ];
  const reached = await fetch(`${API}epoch`, { cache: "no-store", credentials: "omit" }).then(
    (answer) => answer.ok,
    () => false,
  );
  checks.push({
    name: "服务器",
    ok: reached,
    text: reached ? "连得上" : "现在连不上，照常走，有网自己传",
  });
  return checks;
}
