import { readdirSync, readFileSync } from "node:fs";
import { loadPromptSet } from "@collm/llm";
import { describe, expect, it } from "vitest";
import { navigatorPrompts, renderConversation } from "./conversation.js";
import { renderJointConversation } from "./joint-conversation.js";
import { familySpecs, leaks, requestOf, testRequest } from "./navigator.fixture.js";

const folder = new URL("../prompts/", import.meta.url);
const sets = readdirSync(folder);
const filesOf = (set: string): readonly string[] => readdirSync(new URL(`${set}/`, folder));
const textOf = (set: string, file: string): string =>
  readFileSync(new URL(`${set}/${file}`, folder), "utf8");

describe.each(sets)("the Navigator's prompt set %s", (set) => {
  it.each(familySpecs)(
    "renders every kind of conversation about $family, without a data set's name",
    async (spec) => {
      const prompts = await loadPromptSet(folder, set, navigatorPrompts);
      for (const maxTokens of [1, 4_000, 1_000_000]) {
        for (const rounds of [0, 1, 2, 6]) {
          for (const hasMemory of [true, false]) {
            const request = { ...requestOf(spec, rounds), hasMemory };
            const hints = {
              count: 7,
              visited: request.trajectory.flatMap(({ trials }) =>
                trials.map(({ canonical }) => canonical),
              ),
              hasCostHints: true,
            };
            const joint = renderJointConversation(prompts, { ...request, ...hints }, maxTokens);
            for (const messages of [renderConversation(prompts, request, maxTokens), joint]) {
              const text = messages.map(({ content }) => content).join("\n");
              expect(text).not.toMatch(leaks);
              expect(text).not.toMatch(/\{\{|undefined|NaN/);
              if (rounds > 0)
                expect(text).toContain("2 more of this round are still being evaluated");
            }
            expect(joint.at(-1)?.content).toMatch(/\b7 /);
            expect(joint.at(-1)?.content).toContain("always there");
          }
        }
      }
    },
  );

  it("has one file for each prompt, and no data set, benchmark or published network in any", () => {
    expect(filesOf(set)).toEqual(navigatorPrompts.map((file) => `${file}.md`).toSorted());
    for (const file of filesOf(set)) expect(textOf(set, file), file).not.toMatch(leaks);
  });

  it("asks for the sections that the report and the Generator know", async () => {
    const prompts = await loadPromptSet(folder, set, navigatorPrompts);
    const [system] = renderConversation(prompts, testRequest(0), 1_000_000);
    for (const part of [
      "## SUMMARY",
      "## KEY PATTERNS",
      "## NAVIGATION DIRECTIONS",
      "```directives",
    ]) {
      expect(system?.content).toContain(part);
    }
    const hints = { count: 7, visited: [], hasCostHints: false };
    const joint = renderJointConversation(prompts, { ...testRequest(0), ...hints }, 1_000_000);
    expect(joint[0]?.content).toContain("## CANDIDATES");
  });

  it("says it in words of its own", () => {
    for (const other of sets.filter((name) => name !== set)) {
      for (const file of ["system.md", "closing.md", "sillm-system.md"]) {
        expect(sharedLines(textOf(set, file), textOf(other, file)), `${file} of ${other}`).toEqual(
          [],
        );
      }
    }
  });
});

/** Lines of prose that two texts have in common; headings, placeholders and formats may be. */
function sharedLines(first: string, second: string): readonly string[] {
  const prose = (text: string): readonly string[] =>
    text
      .replace(/```[\s\S]*?```/g, "")
      .split("\n")
      .filter((line) => line.split(" ").length > 5 && !line.startsWith("#"));
  const lines = new Set(prose(second));
  return prose(first).filter((line) => lines.has(line));
}
