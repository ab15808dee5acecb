import { describe, expect, it } from "vitest";
import { promptSets, refuseUnknownPrompts } from "./prompt-sets.js";

describe("promptSets", () => {
  it("lists the sets that both roles have", async () => {
    expect(await promptSets()).toContain("default");
  });
});

describe("refuseUnknownPrompts", () => {
  it("says what was typed and which sets there are", async () => {
    const sets = (await promptSets()).join(", ");
    await expect(refuseUnknownPrompts("nope", "--prompts: got nope")).rejects.toMatchObject({
      code: "invalid-argument",
      message: `--prompts: got nope, allowed is ${sets}`,
    });
  });

  it("takes a set that exists, and silence", async () => {
    await refuseUnknownPrompts("default", "");
    await refuseUnknownPrompts(undefined, "");
  });
});
