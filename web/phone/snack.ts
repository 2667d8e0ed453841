/** One line at the bottom that says what happened, with one thing that can still be done about it. */
import { reactive } from "vue";

export const snack = reactive({ text: "", action: "", n: 0 });
let act: (() => unknown) | null = null;
let timer = 0;

export function tell(text: string, action = "", what: (() => unknown) | null = null): void {
  Object.assign(snack, { text, action, n: snack.n + 1 });
  act = what;
  clearTimeout(timer);
  timer = window.setTimeout(hush, action ? 8000 : 5000);
}

export function hush(): void {
  snack.text = "";
  act = null;
}

/** What the act comes to, so that whoever called hears of its failure. */
export function take(): unknown {
  const done = act?.();
  hush();
  return done;
}
