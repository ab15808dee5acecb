import type { ChatMessage, PromptSet } from "@collm/llm";
import type { SearchSpace } from "@collm/search-space";
import type { Trial } from "./draw.js";

/** Files that a prompt set for ranking must have. */
export const rankingPrompts = ["system", "question"] as const;

/** Label of the architecture at a position from 0. Plain numbers would read like ranks. */
export function labelOf(position: number): string {
  return `N${position + 1}`;
}

/**
 * Asks for a ranking. The model sees the space in neutral words and each architecture in the
 * notation of prompts: no accuracy, no name of a benchmark or data set, no cost.
 */
export function renderConversation(
  prompts: PromptSet,
  space: SearchSpace,
  { shown }: Trial,
): readonly ChatMessage[] {
  const count = String(shown.length);
  const architectures = shown.map(
    ({ architecture }, position) =>
      `${labelOf(position)}: ${JSON.stringify(space.notation(architecture))}`,
  );
  return [
    { role: "system", content: prompts.render("system", { space: space.describe(), count }) },
    {
      role: "user",
      content: prompts.render("question", {
        architectures: architectures.join("\n"),
        count,
        labels: shown.map((_, position) => labelOf(position)).join(", "),
      }),
    },
  ];
}

/**
 * JSON Schema of an answer, for endpoints that can constrain what a model writes. That labels must
 * differ cannot be said to most of them.
 */
export function answerSchema(count: number): Readonly<Record<string, unknown>> {
  const labels = Array.from({ length: count }, (_, position) => labelOf(position));
  return {
    type: "object",
    properties: {
      ranking: { type: "array", items: { enum: labels }, minItems: count, maxItems: count },
    },
    required: ["ranking"],
    additionalProperties: false,
  };
}
