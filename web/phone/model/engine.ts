/** Which engine a browser has and how old it may be. A maker's own version says nothing: its engine's does. */
export interface Engine {
  name: string;
  version: number;
  least: number;
}

/** `least`: what the build is made for (vite.phone.config.ts). On an iPhone every browser has the system's engine. */
export function engineOf(userAgent: string): Engine {
  const apple = /(?:iPhone|iPad)[^)]* OS (\d+)(?:_(\d+))?/.exec(userAgent);
  if (apple) return { name: "苹果系统", version: Number(`${apple[1]}.${apple[2] ?? 0}`), least: 15.4 };
  const safari = /Version\/(\d+(?:\.\d+)?).* Safari\//.exec(userAgent);
  const chromium = /Chrom(?:e|ium)\/(\d+)/.exec(userAgent);
  if (chromium) return { name: "Chromium", version: Number(chromium[1]), least: 87 };
  if (safari) return { name: "Safari", version: Number(safari[1]), least: 15.4 };
  const firefox = /Firefox\/(\d+)/.exec(userAgent);
  if (firefox) return { name: "火狐", version: Number(firefox[1]), least: 98 };
  return { name: "没见过的浏览器", version: 0, least: 0 };
}
