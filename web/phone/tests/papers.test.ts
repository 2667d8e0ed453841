import { describe, expect, it } from "vitest";
import { mask } from "../model/book";
import { faultOf, atDoor } from "../model/fields";
import { check, CITIZENS, join, PAPERS, split } from "../model/papers";

describe("a number and its paper", () => {
  it("is written behind the name of the paper, a citizen's alone", () => {
    expect(join("护照", "e1234 5678")).toBe("护照 E12345678");
    expect(join(CITIZENS, "120199 19800101003x")).toBe("12019919800101003X");
    expect(join("护照", "")).toBe("");
    expect(split("护照 E12345678")).toEqual({ paper: "护照", number: "E12345678" });
    expect(split("1201 99")).toEqual({ paper: CITIZENS, number: "1201 99" });
    expect(PAPERS).toContain("港澳居民来往内地通行证");
  });

  it("is checked by what numbers of the paper look like", () => {
    expect(check("护照 E12345678")?.ok).toBe(true);
    expect(check("护照 120199198001010034")?.text).toContain("还不像护照的号码");
    expect(check("军官证 军字第1234567号")?.ok).toBe(true);
    expect(check("120199198001010034")?.born_on).toBe("1980-01-01");
    expect(check("")).toBeNull();
    const field = atDoor("person").find(({ name }) => name === "id_no")!;
    expect([faultOf(field, "护照 E12345678"), faultOf(field, "E1")]).toEqual(["", "有不该有的字，请对照证件重填"]);
  });

  it("is masked whole, and the paper is said", () => {
    expect(mask("id_no", "护照 E12345678")).toBe("护照 ************");
    expect(mask("id_no", "120199198001010034")).toBe("120199************");
  });
});
