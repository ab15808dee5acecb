import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkValue, fieldName } from "./check-value.js";

const count = z.int().positive();

function problemsOf(schema: z.ZodType, value: unknown): readonly string[] {
  const checked = checkValue(schema, value);
  return checked.kind === "invalid" ? checked.problems : [];
}

describe("checkValue", () => {
  it("gives what the schema makes of a valid value", () => {
    const schema = z.strictObject({ seed: count.default(1) });
    expect(checkValue(schema, {})).toEqual({ kind: "valid", value: { seed: 1 } });
  });

  it.each([
    [count, -3, "got -3, allowed is more than 0"],
    [count, 1.5, "got 1.5, allowed is a whole number"],
    [count, undefined, "got nothing, allowed is a whole number"],
    [z.number(), Number.NaN, "got NaN, allowed is a number"],
    [z.number().max(2), 3, "got 3, allowed is at most 2"],
    [z.number().lt(2), 2, "got 2, allowed is less than 2"],
    [z.number().min(0), -1, "got -1, allowed is at least 0"],
    [z.int().multipleOf(4), 6, "got 6, allowed is a multiple of 4"],
    [z.string(), 3, "got 3, allowed is text"],
    [z.string().min(1), "", 'got "", allowed is text that is not empty'],
    [z.string().max(2), "abc", 'got "abc", allowed is text of at most 2 characters'],
    [z.string().regex(/^a+$/), "b", 'got "b", allowed is text that matches /^a+$/'],
    [z.url(), "nope", 'got "nope", allowed is a URL'],
    [z.url("an http URL"), "nope", 'got "nope", allowed is an http URL'],
    [z.iso.datetime(), "noon", 'got "noon", allowed is a date and time in UTC (ISO 8601)'],
    [z.boolean(), "yes", 'got "yes", allowed is true or false'],
    [z.enum(["cpu", "cuda"]), "tpu", 'got "tpu", allowed is cpu, cuda'],
    [z.array(count).min(1), [], "got [], allowed is a list of at least 1"],
    [z.array(count).max(1), [1, 2], "got [1,2], allowed is a list of at most 1"],
    [z.tuple([count, count]), 3, "got 3, allowed is a list"],
    [z.strictObject({}), null, "got null, allowed is a mapping"],
    [z.record(z.string(), count), 3, "got 3, allowed is a mapping"],
    [z.union([z.literal(1), z.literal(1.2)]), 1.1, "got 1.1, allowed is 1 or 1.2"],
    [z.union([z.string(), count]), -1, "got -1, allowed is more than 0"],
    [z.union([z.string(), count]), true, "got true, allowed is text or a whole number"],
    [z.union([z.string(), count], "a count such as 330M"), true, "allowed is a count such as 330M"],
    [z.string().refine((text) => text !== "x", "x is taken"), "x", 'got "x", but x is taken'],
  ])("says what is allowed instead (%#)", (schema, value, expected) => {
    const [problem, ...others] = problemsOf(z.object({ field: schema }), { field: value });
    expect(problem).toMatch(/^field: /);
    expect(problem).toContain(expected);
    expect(others).toEqual([]);
  });

  it("names every wrong field by its path", () => {
    const schema = z.object({ stages: z.array(z.strictObject({ width: count })), seed: count });
    expect(problemsOf(schema, { stages: [{ width: 8 }, { width: "x" }], seed: 0 })).toEqual([
      'stages[1].width: got "x", allowed is a whole number',
      "seed: got 0, allowed is more than 0",
    ]);
    expect(problemsOf(schema, 3)).toEqual(["the document: got 3, allowed is a mapping"]);
  });

  it("lists the keys that are allowed where one is unknown, also in nested objects", () => {
    const role = z.strictObject({ model: z.string().optional(), temperature: z.number() });
    const schema = z.strictObject({ budget: count, role: role.optional() });
    expect(problemsOf(schema, { budget: 1, bugdet: 1, role: { temperature: 1, t: 1 } })).toEqual([
      "role.t: unknown key, allowed are model, temperature",
      "bugdet: unknown key, allowed are budget, role",
    ]);
  });

  it("lists the tags of a tagged union", () => {
    const schema = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a") }),
      z.object({ kind: z.literal("b") }),
    ]);
    expect(problemsOf(schema, { kind: "c" })).toEqual(['kind: got "c", allowed is a, b']);
  });

  it("keeps a problem one short line, whatever the input is", () => {
    const [value = ""] = problemsOf(z.object({ a: count }), { a: "x\n".repeat(500) });
    expect(value).toMatch(/^a: got "x\\nx.{50,60}\.\.\., allowed is a whole number$/);
    const [key = ""] = problemsOf(z.strictObject({}), { ["k\n".repeat(500)]: 1 });
    expect(key.length).toBeLessThan(120);
    expect(key).not.toContain("\n");
  });

  it("calls fields as the caller does", () => {
    const checked = checkValue(z.object({ a: z.object({ b: count }) }), { a: {} }, (path) =>
      path.join("_").toUpperCase(),
    );
    expect(checked).toEqual({
      kind: "invalid",
      problems: ["A_B: got nothing, allowed is a whole number"],
    });
    expect(fieldName([], "the manifest")).toBe("the manifest");
  });
});
