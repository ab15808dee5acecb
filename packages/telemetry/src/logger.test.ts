import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.js";

function collect(level?: string) {
  const lines: Record<string, unknown>[] = [];
  const write = (text: string) => {
    lines.push(JSON.parse(text));
  };
  return { lines, logger: createLogger({ service: "navigator", level, destination: { write } }) };
}

describe("createLogger", () => {
  it("writes one JSON object per line, with the service, the level's name and UTC time", () => {
    const { lines, logger } = collect();
    logger.info({ searchId: "a" }, "started");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: "info",
      service: "navigator",
      searchId: "a",
      msg: "started",
    });
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it("leaves out what is below the level", () => {
    const { lines, logger } = collect("warn");
    logger.info("quiet");
    logger.warn("loud");
    expect(lines.map((line) => line.msg)).toEqual(["loud"]);
  });

  it("removes keys", () => {
    const { lines, logger } = collect();
    logger.info({ apiKey: "sk-1", headers: { authorization: "Bearer sk-2" } }, "request");
    expect(JSON.stringify(lines)).not.toContain("sk-");
  });

  it("refuses an unknown level and names the allowed ones", () => {
    expect(() => collect("loud")).toThrow(/log level: got "loud", allowed are trace, debug, info/);
  });
});
