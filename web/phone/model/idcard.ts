/** 公民身份号码 (GB 11643-1999): feedback while it is typed. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

export interface IdFeedback {
  ok: boolean;
  text: string;
  sex?: "male" | "female";
  born_on?: string;
}

export function tidy(raw: string): string {
  return raw
    .normalize("NFKC")
    .replace(/[\s'’`‘′\-_.,·]/g, "")
    .toUpperCase()
    .replace(/[×Х✕✖]/g, "X");
}

/** What can be said of an ID number as typed so far; null while nothing is typed. */
export function check(raw: string): IdFeedback | null {
  const number = tidy(raw);
  if (!number) return null;
  if (/[^0-9X]/.test(number) || number.slice(0, -1).includes("X"))
    return { ok: false, text: "有不该有的字，请对照证件重填" };
  if (number.length < 18) return { ok: false, text: `还差 ${18 - number.length} 位` };
  if (number.length > 18) return { ok: false, text: `多了 ${number.length - 18} 位` };
  const born = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  const day = new Date(`${born}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== born || born < "1890-01-01") {
    return { ok: false, text: "里面的出生日期不存在，请对照证件核对" };
  }
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  if (CHECKS[sum % 11] !== number[17]) return { ok: false, text: "最后一位对不上，多半有一位抄错了" };
  const sex = Number(number[16]) % 2 ? "male" : "female";
  const [year, month, date] = born.split("-").map(Number);
  return {
    ok: true,
    text: `对得上：${sex === "male" ? "男" : "女"}，${year}年${month}月${date}日生`,
    sex,
    born_on: born,
  };
}

/** What is wrong with a phone number as typed; empty where nothing is. */
export function phoneFault(raw: string): string {
  const number = raw.replace(/[\s()\-]/g, "");
  if (!number) return "";
  if (/^1[2-9]\d{9}$/.test(number) || /^0\d{2,3}[2-8]\d{6,7}$/.test(number) || /^[2-8]\d{6,7}$/.test(number)) return "";
  if (/\D/.test(number)) return "电话里有不该有的字";
  return number.startsWith("1")
    ? number.length < 11
      ? `还差 ${11 - number.length} 位`
      : "手机应是 11 位"
    : "电话位数不对";
}
