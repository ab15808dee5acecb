import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { idsFrom } from "./fixed-ids.js";

it("derives a trace's id from a search's, so that anybody can look a search up", () => {
  const digits = createHash("sha256").update("my-search").digest("hex");
  const ids = idsFrom("my-search");
  expect(ids).toEqual({ traceId: digits.slice(0, 32), spanId: digits.slice(32, 48) });
  expect(ids).not.toEqual(idsFrom("my-search/1"));
});
