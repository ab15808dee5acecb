import { describe, expect, it } from "vitest";
import { readSearchEnvironment } from "./search-environment.js";
import { resolveSettings } from "./search-settings.js";
import { coordinatorEnvSchema, evaluatorEnvSchema, roleServiceEnvSchema } from "./service-env.js";

describe("readSearchEnvironment", () => {
  it("reads keys of sections under their path with underscores", () => {
    const { values } = readSearchEnvironment({
      COLLM_SEARCH_EVOLUTION_PARENT_SHARE: "0.25",
      COLLM_SEARCH_NAVIGATOR_BASE_URL: "http://localhost/v1",
      COLLM_SEARCH_NAVIGATOR_MEMORY: "false",
      COLLM_SEARCH_EVALUATOR_THREADS_PER_WORKER: "2",
      COLLM_SEARCH_MAX_MACS: "1.2M",
    });
    expect(values).toEqual({
      evolution: { parentShare: 0.25 },
      navigator: { baseUrl: "http://localhost/v1" },
      navigatorMemory: false,
      evaluator: { threadsPerWorker: 2 },
      maxMacs: "1.2M",
    });
  });

  it("keeps text as it is, whatever it looks like", () => {
    const { values } = readSearchEnvironment({
      COLLM_SEARCH_NAVIGATOR_MODEL: "4",
      COLLM_SEARCH_SUPERNET: "a: b",
    });
    expect(values).toEqual({ navigator: { model: "4" }, supernet: "a: b" });
  });

  it("takes an empty value as unset", () => {
    const env = { COLLM_SEARCH_BUDGET: "", COLLM_SEARCH_BUGDET: "" };
    expect(readSearchEnvironment(env).values).toEqual({});
  });

  it("names every unknown variable of its prefix and lists the known ones", () => {
    const env = { COLLM_SEARCH_BUGDET: "3", COLLM_SEARCH_EVOLUTION: "{}", COLLM_OTHER: "1" };
    expect(() => readSearchEnvironment(env)).toThrow(
      /^environment: COLLM_SEARCH_BUGDET, COLLM_SEARCH_EVOLUTION: unknown variable, allowed are COLLM_SEARCH_SUPERNET, .*COLLM_SEARCH_EVALUATOR_WORKERS/,
    );
  });

  it("has its prefix for itself, so that a service's exported variable stops no search", () => {
    const schemas = [roleServiceEnvSchema, coordinatorEnvSchema, evaluatorEnvSchema];
    const variables = schemas.flatMap((schema) => Object.keys(schema.in.shape));
    expect(variables).toContain("COLLM_RUN_SEARCH_ID");
    expect(variables.filter((variable) => variable.startsWith("COLLM_SEARCH_"))).toEqual([]);
  });

  it("has a wrong value reported under the variable's name", () => {
    const source = readSearchEnvironment({
      COLLM_SEARCH_BUDGET: "[1",
      COLLM_SEARCH_VISITED_HINTS: "yes",
      COLLM_SEARCH_EVOLUTION_PARENT_SHARE: "2",
    });
    expect(() => resolveSettings([source])).toThrow(
      /^environment: COLLM_SEARCH_BUDGET: got "\[1", allowed is a whole number; COLLM_SEARCH_VISITED_HINTS: got "yes", allowed is true or false; COLLM_SEARCH_EVOLUTION_PARENT_SHARE: got 2, allowed is at most 1$/,
    );
  });
});
