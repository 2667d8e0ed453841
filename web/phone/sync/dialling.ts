/** 拨打: a telephone's number comes from the server for one call, and is kept nowhere: no store, no screen, no cache. */
import { Busy, Problem, signed, Unreached } from "./client";

/** A telephone by where it stands on record. */
export interface Line {
  kind: string;
  entity: string;
  field: string;
  /** Which of a door that was drawn. */
  nth?: number;
}

export const NO_NETWORK = "没有网，拨不出：号码不存在手机里，连上网再点。";
const NOT_NOW = "这次没拨出，什么都没有记。过一会儿再点。";

/** Rings up. Resolves to why not, in words; "" once the phone has the call. */
export async function dial(line: Line, ring: (number: string) => void = call): Promise<string> {
  try {
    ring((await signed<{ number: string }>("dial", line)).number);
    return "";
  } catch (error) {
    if (error instanceof Unreached && !(error instanceof Busy)) return NO_NETWORK;
    return (error instanceof Problem && error.text) || NOT_NOW;
  }
}

/** Hands the number to the phone's own dialler; the link that does it never stands on the page. */
function call(number: string): void {
  const link = document.createElement("a");
  link.href = `tel:${number}`;
  link.click();
}
