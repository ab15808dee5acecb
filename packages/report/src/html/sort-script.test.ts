import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sortScript, sortScriptHash } from "./sort-script.js";

describe("sortScriptHash", () => {
  it("is the hash of the script, without which browsers refuse to run it", () => {
    expect(sortScriptHash).toBe(createHash("sha256").update(sortScript).digest("base64"));
  });
});
