import {
  type ChatMessage,
  costHint,
  limitsInWords,
  type PromptSet,
  visitedInWords,
} from "@collm/llm";
import type { JointRequest } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { renderRounds, standing } from "./conversation.js";

/**
 * Renders the conversation of a Navigator without a Generator: the same rounds, each with its own
 * earlier reflection, and at the end the question for the next reflection and its candidates, with
 * the hints that a Generator is given.
 */
export function renderJointConversation(
  prompts: PromptSet,
  request: JointRequest,
  maxTokens: number,
): readonly ChatMessage[] {
  const isFirst = request.trajectory.length === 0;
  const closing = prompts.render("sillm-closing", {
    standing: isFirst ? "" : standing(request),
    ...hints(prompts, request),
    count: String(request.count),
  });
  return renderRounds(prompts, request, maxTokens, {
    system: "sillm-system",
    firstRound: "sillm-first-round",
    closing: isFirst ? closing : `${prompts.render("sillm-rethink", {})}\n\n${closing}`,
  });
}

function hints(prompts: PromptSet, request: JointRequest) {
  const { limits } = request.task;
  const space = createSearchSpace(request.space);
  const table = request.hasCostHints ? costHint(space, limits) : "";
  const architectures = visitedInWords(space, request.visited);
  return {
    costs: table === "" ? "" : prompts.render("costs", { limits: limitsInWords(limits), table }),
    visited: architectures === "" ? "" : prompts.render("visited", { architectures }),
  };
}
