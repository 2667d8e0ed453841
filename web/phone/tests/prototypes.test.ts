import { expect, test } from "vitest";
import "../../prototypes";

test("nothing is put on all objects, whatever a key is called", () => {
  const facts: Record<string, Record<string, unknown>> = {};
  const named = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}}');
  expect(() => (facts["__proto__"]!.admin = true)).toThrow(TypeError);
  expect(() => Object.assign(facts["__proto__"]!, named.constructor.prototype)).toThrow(TypeError);
  Object.assign(facts, named);
  expect("admin" in {}).toBe(false);
  expect("admin" in []).toBe(false);
  class Own {
    toString = () => "own";
  }
  expect(`${new Own()}`).toBe("own");
});
