/**
 * What the phone app is made for: engines some years old, for nobody buys a worker a new phone. The build lowers syntax
 * (`target`), but adds no API, and passes on what it cannot lower. So it is looked through, and does not end well where
 * one of them could not read it.
 */
import { parseAst, type Plugin } from "vite";

/** What phones of 2020 came with, and what an iPhone of 2015 can still be brought to. */
export const ENGINES = ["chrome87", "safari15.4"];

/** Methods that one of them lacks, by name: a property of that name (`op.at`) is none of them. */
const METHODS =
  "at findLast findLastIndex toSorted toReversed toSpliced hasOwn groupBy randomUUID withResolvers fromAsync " +
  "isWellFormed toWellFormed union intersection isSubsetOf isSupersetOf isDisjointFrom symmetricDifference " +
  "getOrInsert getOrInsertComputed checkVisibility togglePopover showPopover startViewTransition";
const GLOBALS = "structuredClone requestIdleCallback scheduler EyeDropper CloseWatcher Iterator Temporal";
const CSS = /:has\(|@layer|@container|@scope|@starting-style|color-mix\(|oklch\(|light-dark\(|[{;}]\s*&/g;

const methods = new Set(METHODS.split(" "));
const globals = new Set(GLOBALS.split(" "));

interface Node {
  type: string;
  [name: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === "string";
const nameOf = (value: unknown): string => (isNode(value) ? String(value.name ?? "") : "");

function fault(node: Node, isTop: boolean, own: string): string {
  const { callee, left, operator, regex, object, property } = node;
  switch (node.type) {
    case "StaticBlock":
      return "a static block";
    case "AwaitExpression":
      return isTop ? "await at the top" : "";
    case "BinaryExpression":
      return operator === "in" && isNode(left) && left.type === "PrivateIdentifier" ? "#x in y" : "";
    case "Literal": {
      const { pattern = "", flags = "" } = (regex ?? {}) as { pattern?: string; flags?: string };
      return /[dv]/.test(flags) || /\(\?<[=!]/.test(pattern) ? `/${pattern}/${flags}` : "";
    }
    case "MemberExpression":
      return nameOf(object) === "AbortSignal" ? `AbortSignal.${nameOf(property)}` : "";
    case "CallExpression": {
      const method = isNode(callee) && callee.type === "MemberExpression" ? nameOf(callee.property) : "";
      if (methods.has(method) && method !== own) return `.${method}()`;
      return globals.has(nameOf(callee)) ? `${nameOf(callee)}()` : "";
    }
    case "NewExpression":
      return globals.has(nameOf(callee)) ? nameOf(callee) : "";
    default:
      return "";
  }
}

/** An await in one of these is no await at the top. */
const BODY = /^(Function|ArrowFunction)/;

/** `own`: the method that is being defined. It may pass the call on, as Vue's arrays do: nobody here calls it. */
function search(code: string, fault: (node: Node, isTop: boolean, own: string) => string): string[] {
  const faults = new Set<string>();
  const walk = (value: unknown, isTop: boolean, own: string): void => {
    if (Array.isArray(value)) value.forEach((part) => walk(part, isTop, own));
    if (!isNode(value)) return;
    const name = fault(value, isTop, own);
    if (name) faults.add(name);
    const inside = isTop && !BODY.test(value.type);
    const method = value.type === "Property" ? nameOf(value.key) : own;
    for (const part of Object.values(value)) if (part !== null && typeof part === "object") walk(part, inside, method);
  };
  walk(parseAst(code), true, "");
  return [...faults];
}

/** What of a script one of the engines does not know. */
export const tooNew = (code: string): string[] => search(code, fault);

export const tooNewStyle = (css: string): string[] => [...new Set(css.match(CSS))];

const SINCE_ES5 = new RegExp(
  "^(Arrow|TemplateL|Tagged|Class|Spread|Rest|ForOf|Yield|Await|Import|Export|Chain|" +
    "ObjectPattern|ArrayPattern|AssignmentP|Meta|Super)",
);

/** What of a script a browser of 2012 cannot read. */
export function notEs5(code: string): string[] {
  const faults = search(code, ({ type, kind, shorthand, method, computed, async, generator, operator }) => {
    if (SINCE_ES5.test(type)) return type;
    if (type === "VariableDeclaration" && kind !== "var") return String(kind);
    if (type === "Property" && (shorthand || method || computed)) return "a short property";
    if (async || generator) return `an async or generating ${type}`;
    return /^(\?\?|\*\*|\|\|=|&&=)/.test(String(operator)) ? String(operator) : "";
  });
  if (/,\s*\)/.test(code)) faults.push("a comma before )");
  return faults;
}

/** Looks through the build, and through the script that is there for all other browsers. */
export function oldEngines(first: string): Plugin {
  return {
    name: "gridwalk-old-engines",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const old = notEs5(first);
      if (old.length) this.error(`first.js is no ES5: ${old.join(", ")}`);
      for (const part of Object.values(bundle)) {
        const isScript = part.type === "chunk";
        if (!isScript && !part.fileName.endsWith(".css")) continue;
        const faults = isScript ? tooNew(part.code) : tooNewStyle(String(part.source));
        if (faults.length) this.error(`${part.fileName}: ${ENGINES.join(", ")} do not know ${faults.join(", ")}`);
      }
    },
  };
}
