import { describe, expect, it } from "vitest";
import { isServiceVariable } from "./service-variables.js";

describe("isServiceVariable", () => {
  it.each([
    ["navigator", "COLLM_PORT"],
    ["navigator", "COLLM_NAVIGATOR_TEMPERATURE"],
    ["navigator", "COLLM_NAVIGATOR_API_KEY_FILE"],
    ["generator", "COLLM_GENERATOR_FALLBACK_2_PRICE_INPUT"],
    ["coordinator", "COLLM_EVALUATION_CONCURRENCY"],
    ["evaluator", "COLLM_PROVIDER"],
  ] as const)("knows that the %s reads %s", (service, name) => {
    expect(isServiceVariable(service, name)).toBe(true);
  });

  it.each([
    ["navigator", "COLLM_GENERATOR_TEMPERATURE"],
    ["navigator", "COLLM_NAVIGATOR_TEMPERATUR"],
    ["navigator", "COLLM_NAVIGATOR_FALLBACK_2_MODEL"],
    ["coordinator", "COLLM_NAVIGATOR_MODEL"],
    ["evaluator", "COLLM_JOURNAL_DIR"],
  ] as const)("knows that the %s does not read %s", (service, name) => {
    expect(isServiceVariable(service, name)).toBe(false);
  });
});
