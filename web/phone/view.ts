/** How Today is being looked at; kept while doors are opened and closed, forgotten when the app is. */
import { reactive } from "vue";
import type { Filter } from "./model/day";

export const view = reactive({ filter: "left" as Filter, words: "", searching: false, lastDoor: "", scroll: 0 });
