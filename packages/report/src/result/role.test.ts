import type { SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import { runFixture } from "../testing/fixture.js";
import { roleInfo, rolesOf } from "./role.js";

describe("roleInfo", () => {
  it("tells rules and recordings from language models", () => {
    expect(
      ["heuristic", "replay:run-3", "openai:heuristic-7b"].map((name) => roleInfo(name).kind),
    ).toEqual(["heuristic", "replay", "language-model"]);
  });
});

describe("rolesOf", () => {
  it("names everybody who played a role, in order", async () => {
    const roleNames = { navigator: "heuristic", generator: "openai:a" };
    const [started] = await runFixture({ config: { budget: 1 }, roleNames });
    if (!started) throw new Error("no SearchStarted");
    const { v, searchId, at } = started;
    const resumed = (seq: number, navigator: string): SearchEvent => {
      const roles = { navigator, generator: "openai:a" };
      return { v, searchId, at, seq, type: "SearchResumed", roles };
    };
    expect(rolesOf([started, resumed(2, "openai:b"), resumed(3, "heuristic")])).toEqual({
      navigator: { backend: "heuristic, then openai:b", kind: "mixed" },
      generator: { backend: "openai:a", kind: "language-model" },
    });
  });
});
