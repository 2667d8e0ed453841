/** Lines about a door: its facts, a visit made there, what two sources say, how a care recipient is. */
import type { Draft, Said } from "../model/draft";
import { bandOf, dayOf, sayDay } from "../model/time";
import type { Difference, Dwelling, Need, Visit } from "../model/types";
import { say, sayBoth, sayHelp } from "../model/words";
import { app, book } from "../store/session";

const joined = (parts: string[]) => parts.filter(Boolean).join("，");
const today = () => dayOf(app.now);

export function sayFacts(dwelling: Dwelling, draft: Draft): string {
  const value = (field: "usage" | "tenure" | "occupancy" | "area_m2") =>
    String(draft.set[field]?.v ?? dwelling[field] ?? "");
  const [usage, tenure, area] = [value("usage"), value("tenure"), value("area_m2")];
  return joined([
    value("occupancy") === "vacant" ? "空房" : tenure === "unknown" ? "" : say("tenure", tenure),
    usage === "residential" ? "" : say("usage", usage),
    area ? `${area} 平方米` : "",
  ]);
}

export function sayVisit(visit: Visit): string {
  const at = Date.parse(visit.at);
  const who = visit.own ? "" : "别人，";
  const outcome = visit.waiting ? "另有一份走访等社区定" : say("outcome", visit.outcome);
  const more = visit.n_changed
    ? `，改过 ${visit.n_changed} 处`
    : visit.n_confirmed
      ? `，确认 ${visit.n_confirmed} 人`
      : "";
  return `${sayDay(dayOf(at), today())}${say("band", bandOf(at))}，${who}${outcome}${more}`;
}

export function sayDifference(difference: Difference): string {
  const { entity_kind, entity, source } = difference;
  const whose = entity_kind === "person" ? `${book.value.persons.get(entity)?.name ?? ""}的` : "";
  return whose + sayBoth(difference, `${source}写`);
}

export function sayNeed({ need, state, to }: Need): string {
  return `${say("need", need)}，${say("need_state", state)}${to ? `（${say("referred_to", to)}）` : ""}`;
}

export function sayDue(on: string): string {
  return on <= today() ? "该联系了" : `${sayDay(on, today())}前联系`;
}

export function sayCare({ need, help, to }: Said): string {
  return joined([say("need", need), sayHelp(need, help), help === "referred" ? say("referred_to", to) : ""]);
}
