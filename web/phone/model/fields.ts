/** The fields of the dictionary as the phone knows them. `fields.json` is written from it; a test of the server's
 * holds it there. What a sheet asks for follows from here: a new field needs no code of its own. */
import kinds from "../fields.json";
import { phoneFault } from "./idcard";
import { check, join, split } from "./papers";

/** A field that phones keep. `label` is there where the sheet at the door asks for it. */
export interface Field {
  name: string;
  column: string;
  label?: string;
  never_empty?: boolean;
  unit?: string;
  /** Of a sealed one: what kind of number it is. */
  number?: string;
  /** Of an ID number: the papers beside a citizen's card, each with what its numbers look like. */
  papers?: [string, string][];
  range?: number[];
  /** Code and text of each. */
  options?: [string, string][];
  /** Fields of one group are asked for together. */
  group?: string;
  /** Field → values, one of which must hold for this one to be asked for. */
  when?: Record<string, string[]>;
}

/** Read as what it is written as: the type that is inferred of the file names every code of every choice. */
const all = kinds as unknown as Record<string, { at_door: Field[]; kept: Field[] }>;

/** What the sheet at the door offers of a kind, in its order. */
export const atDoor = (kind: string): Field[] => all[kind]?.at_door ?? [];

/** Names of fields that a row has only a mask of: what is written over them is shown masked as well. */
export const SEALED = new Set(
  Object.values(all)
    .flatMap(({ at_door, kept }) => [...at_door, ...kept])
    .filter((field) => field.column === "sealed")
    .map((field) => field.name),
);

/** Where a row has the field: a number comes as its mask. */
export const keyOf = (name: string): string => (SEALED.has(name) ? `${name}_mask` : name);

export const labelOf = (field: Field): string => [field.label, field.unit].filter(Boolean).join("，");

export const optionsOf = (field: Field): { code: string; text: string }[] =>
  (field.options ?? []).map(([code, text]) => ({ code, text }));

/** The keyboard that serves a field. */
export function modeOf(field: Field): "tel" | "decimal" | "numeric" | "text" {
  if (field.number === "phone") return "tel";
  return field.column === "number" ? "decimal" : field.column === "whole" ? "numeric" : "text";
}

/** A value as it is kept while it is typed. */
export function tidied(field: Field, typed: string): string {
  if (field.number === "id_no") return join(split(typed).paper, split(typed).number);
  return field.number === "phone" ? typed.replace(/[\s-]/g, "") : typed;
}

/** What is wrong with a value as typed; empty where nothing is. */
export function faultOf(field: Field, typed: string): string {
  const said = typed.trim();
  if (!said) return "";
  if (field.number === "phone") return phoneFault(said);
  if (field.number === "id_no") return check(said)?.ok ? "" : (check(said)?.text ?? "");
  if (field.column !== "number" && field.column !== "whole") return "";
  const [lowest, highest] = field.range ?? [-Infinity, Infinity];
  const value = Number(said);
  if (value >= lowest! && value <= highest! && (field.column === "number" || Number.isInteger(value))) return "";
  return `写${field.column === "whole" ? "整" : (field.unit ?? "")}数，${lowest} 到 ${highest}`;
}

/** Whether a sheet asks for a field: always, or where another one holds such a value, or where a difference is about it
 * or one of its group. */
export function asksFor(
  kind: string,
  field: Field,
  value: (name: string) => string,
  differing: readonly string[],
): boolean {
  if (!field.when) return true;
  const together = atDoor(kind).filter((one) => one === field || (field.group && one.group === field.group));
  if (together.some((one) => differing.includes(one.name))) return true;
  return Object.entries(field.when).some(([name, values]) => values.includes(value(name)));
}
