import { describe, expect, it } from "vitest";
import { splitReflection } from "./split-reflection.js";

describe("splitReflection", () => {
  it.each([
    "## CANDIDATES",
    "**Candidates:**",
    "4. Candidates",
    "CANDIDATES",
    "## Candidate architectures (15)",
    "## 候选架构：",
    "**Kandidaten**",
  ])("parts at the heading %s and leaves quoted architectures in the reflection", (heading) => {
    const answer = `## SUMMARY\nKeep \`{"r": 16}\`.\n\n${heading}\n\n[{"r": 20}]`;
    const { reflection, candidates } = splitReflection(answer);
    expect(reflection).toBe('## SUMMARY\nKeep `{"r": 16}`.');
    expect(candidates).toContain('{"r": 20}');
    expect(candidates).not.toContain('{"r": 16}');
  });

  it("takes the last heading, since a plan may announce one", () => {
    const answer = "## CANDIDATES\nwill follow\n## CANDIDATES\n[1, 2]";
    expect(splitReflection(answer).candidates).toBe("## CANDIDATES\n[1, 2]");
  });

  it("parts at the last fenced JSON where there is no heading", () => {
    const answer = 'Was:\n```json\n{"r": 16}\n```\nNow:\n```json\n{"r": 20}\n```';
    const { reflection, candidates } = splitReflection(answer);
    expect(reflection).toContain('{"r": 16}');
    expect(candidates).toBe('```json\n{"r": 20}\n```');
  });

  it("searches a bare answer from its first bracket on", () => {
    expect(splitReflection('Well: {"r": 20}')).toEqual({
      reflection: "Well:",
      candidates: '{"r": 20}',
    });
  });

  it("finds no candidates in prose", () => {
    expect(splitReflection(" I would go wider. ")).toEqual({
      reflection: "I would go wider.",
      candidates: "",
    });
  });
});
