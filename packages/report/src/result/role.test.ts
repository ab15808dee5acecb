import { describe, expect, it } from "vitest";
import { roleInfo } from "./role.js";

describe("roleInfo", () => {
  it("tells rules and recordings from language models", () => {
    expect(
      ["heuristic", "replay:run-3", "openai:heuristic-7b"].map((name) => roleInfo(name).kind),
    ).toEqual(["heuristic", "replay", "language-model"]);
  });
});
