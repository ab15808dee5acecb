import { describe, expect, it } from "vitest";
import { fitLine, oneLine } from "./fit-line.js";

describe("fitLine", () => {
  it("cuts at the last column, counting wide characters twice and splitting none", () => {
    expect(fitLine("strategy", 5)).toBe("strat");
    expect(fitLine("Größe", 5)).toBe("Größe");
    expect(fitLine("更深的网络", 5)).toBe("更深");
    expect(fitLine("a🌊🌊", 4)).toBe("a🌊");
    expect(fitLine("anything", 0)).toBe("");
  });

  it("lets no control sequence through", () => {
    expect(oneLine("go\r\n\tdeep \u001b[2Jnow\u0007")).toBe("go deep  [2Jnow ");
  });
});
