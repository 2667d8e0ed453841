// The console's whole script: htmx for pages, a few custom elements for what the keyboard and the eye need.
import "../prototypes";
import "./styles/main.css";
import htmx from "htmx.org";
import "./elements/building-chart";
import "./elements/copy-link";
import "./elements/copy-value";
import "./elements/hot-keys";
import "./elements/paper-entry";
import "./elements/scrolls";
import "./elements/select-rows";
import "./elements/wall-clock";

// The chart library is large: it is fetched only by pages that draw a line.
if (document.querySelector("rate-chart")) void import("./elements/rate-chart");

htmx.config.allowEval = false; // the content security policy forbids it as well
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  if (token) (event as CustomEvent).detail.headers["X-CSRFToken"] = token.content;
});

// What went wrong stays beside what caused it, in words.
document.addEventListener("htmx:sendError", (event) =>
  say(asked(event) ?? "没有连上服务器，刚才那一步没有存。请看网络，再按一次。"),
);
document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = (event as CustomEvent).detail.xhr as XMLHttpRequest;
  const refresh = asked(event);
  if (refresh) return say(refresh);
  if (status === 503) return say("服务器正忙或正在恢复，刚才那一步没有存。过几秒再按一次。");
  say(status === 409 || status === 422 ? responseText : "服务器没有办成，什么都没有存。请再试一次。");
});

// A page that only asks for newer figures keeps the old ones, with their time.
function asked(event: Event): string | undefined {
  return (event.target as HTMLElement).dataset.kept;
}

function say(words: string): void {
  const live = document.getElementById("live");
  if (live) live.textContent = words;
}

// A page that the browser kept for going back is asked for again: whoever signed out is not shown it.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.addEventListener("click", () => window.print());
}
for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-go]")) {
  select.addEventListener("change", () => select.form?.requestSubmit());
}
