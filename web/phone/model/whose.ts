/** Whose an open door is, and so whether it is mine to walk: everybody's stay theirs while somebody covers them. */
import type { Book } from "./book";
import type { Post, Target } from "./types";

export const GIVEN_BACK = "退回：";
export type Whose = "mine" | "covered" | "nobodys" | "given_back" | "others";

const postsAt = (book: Book, target: Target): Post[] => book.posts.get(book.gridOf.get(target.place) ?? "") ?? [];

/** Whose a target is. */
export function whose(book: Book, target: Target | undefined, me: string): Whose {
  if (!target || target.assignee === me) return "mine";
  if (target.assignee === null && target.note.startsWith(GIVEN_BACK)) return "given_back";
  const posts = postsAt(book, target);
  if (!posts.length) return target.assignee === null ? "mine" : "others"; // not told yet who is in post
  if (posts.some((post) => post.user === me && post.covers === target.assignee && post.covers)) return "covered";
  return posts.some((post) => post.user === target.assignee && !post.covers) ? "others" : "nobodys";
}

/** Whether a target is not mine to walk. */
export function isAway(book: Book, target: Target | undefined, me: string): boolean {
  const of = whose(book, target, me);
  return of === "others" || of === "given_back" || (of === "nobodys" && !seesNobodys(postsAt(book, target!), me));
}

/** What is nobody's is on the responsible worker's phone and their substitute's; without one, on all. */
function seesNobodys(posts: readonly Post[], me: string): boolean {
  const named = posts.find((post) => post.responsible);
  return !named || posts.some((post) => post.user === me && (post.responsible || post.covers === named.user));
}

/** Whom I cover today, anywhere. */
export function coveredBy(book: Book, me: string): Set<string> {
  const posts = [...book.posts.values()].flat();
  return new Set(posts.flatMap((post) => (post.user === me && post.covers ? [post.covers] : [])));
}

/** What the list says of whose a door is; empty where it is mine. */
export function sayWhose(book: Book, target: Target | undefined, me: string): string {
  const of = whose(book, target, me);
  const name = (target?.assignee && book.names.get(target.assignee)) || "别人";
  return { mine: "", covered: `代${name}`, nobodys: "没人负责", given_back: "等社区改派", others: `${name}名下` }[of];
}
