import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resultJsonSchema } from "./schema.js";

describe("resultJsonSchema", () => {
  it("is what result.schema.json holds; if not, run `pnpm generate` in this package", () => {
    const committed = readFileSync(new URL("../../result.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(resultJsonSchema())));
  });
});
