import { describe, expect, it } from "vitest";
import { asksFor, atDoor, faultOf, keyOf, labelOf, modeOf, SEALED, tidied, type Field } from "../model/fields";

const names = (kind: string, values: Record<string, string>, differing: string[] = []): string[] =>
  atDoor(kind)
    .filter((field) => asksFor(kind, field, (name) => values[name] ?? "", differing))
    .map((field) => field.name);
const field = (kind: string, name: string): Field => atDoor(kind).find((one) => one.name === name)!;

describe("the sheet at the door", () => {
  it("asks of a dwelling what fits what is said of it", () => {
    const lived = { occupancy: "occupied", tenure: "owner" };
    const vacant = { occupancy: "vacant" };
    const owner = ["owner_name", "owner_phone"];
    expect(names("dwelling", lived).slice(0, 4)).toEqual(["occupancy", "tenure", "usage", "area_m2"]);
    expect(names("dwelling", lived)).not.toContain("owner_name");
    expect(names("dwelling", { ...lived, tenure: "let" })).toEqual(expect.arrayContaining(owner));
    expect(names("dwelling", vacant)).toEqual(expect.arrayContaining(owner));
    expect(names("dwelling", vacant)).not.toContain("tenure");
    expect(names("dwelling", lived, ["owner_phone"])).toEqual(expect.arrayContaining(owner));
    expect(names("dwelling", lived, ["usage"])).not.toContain("owner_name");
  });

  it("asks of an organization whether it still stands, and of both whom to call", () => {
    expect(names("organization", {})).toEqual(["contact_name", "contact_phone", "status"]);
    expect(names("site", {})).toEqual(["contact_name", "contact_phone"]);
    expect(names("building", {})).toEqual([]);
  });

  it("says at once what is wrong with what is typed", () => {
    const area = field("dwelling", "area_m2");
    expect([labelOf(area), modeOf(area)]).toEqual(["建筑面积，平方米", "decimal"]);
    expect(["", "80.5", "3", "2", "八十"].map((typed) => faultOf(area, typed))).toEqual([
      "",
      "",
      "",
      "写平方米数，3 到 5000",
      "写平方米数，3 到 5000",
    ]);
    const bicycles: Field = { name: "n", column: "whole", label: "电动车", unit: "辆", range: [0, 20] };
    expect([labelOf(bicycles), modeOf(bicycles)]).toEqual(["电动车，辆", "numeric"]);
    expect(["0", "20", "1.5", "21"].map((typed) => faultOf(bicycles, typed))).toEqual([
      "",
      "",
      "写整数，0 到 20",
      "写整数，0 到 20",
    ]);
    const phone = field("dwelling", "owner_phone");
    expect([modeOf(phone), tidied(phone, "120 1234-5678"), faultOf(phone, "1201234567")]).toEqual([
      "tel",
      "12012345678",
      "还差 1 位",
    ]);
  });

  it("knows which fields a row has only a mask of", () => {
    expect([...SEALED].sort()).toEqual(["contact_phone", "id_no", "owner_phone", "phone"]);
    expect([keyOf("owner_phone"), keyOf("usage")]).toEqual(["owner_phone_mask", "usage"]);
  });
});
