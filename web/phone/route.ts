/** Where in the app we are; the phone's back button works. No personal data ever stands in an address. */
import { ref } from "vue";
import { app } from "./store/session";

export interface Route {
  name:
    "today" | "chart" | "inbox" | "badge" | "settings" | "selftest" | "rebind" | "door" | "matter" | "sampled" | "ask";
  id: string;
}
const NAMES = [
  "today",
  "chart",
  "inbox",
  "badge",
  "settings",
  "selftest",
  "rebind",
  "door",
  "matter",
  "sampled",
  "ask",
];

function read(): Route {
  const [name = "", id = ""] = location.hash.replace(/^#\/?/, "").split("/");
  return { name: (NAMES.includes(name) ? name : "today") as Route["name"], id };
}

export const route = ref<Route>(read());
let depth = 0;
addEventListener("popstate", () => {
  depth = Math.max(0, depth - 1);
  route.value = read();
  scrollTo(0, 0);
});

export function go(name: Route["name"], id = ""): void {
  history.pushState(null, "", `#/${name}${id ? `/${id}` : ""}`);
  depth++;
  app.now = Date.now();
  route.value = read();
  scrollTo(0, 0);
}

/** Back where we came from; to Today where we came from nowhere. */
export function back(): void {
  if (depth > 0) history.back();
  else replace("today");
}

export function replace(name: Route["name"], id = ""): void {
  history.replaceState(null, "", `#/${name}${id ? `/${id}` : ""}`);
  route.value = read();
  scrollTo(0, 0);
}
