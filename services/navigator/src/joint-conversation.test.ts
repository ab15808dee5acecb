import { loadPromptSet, type PromptSet } from "@collm/llm";
import type { JointRequest } from "@collm/search";
import { beforeAll, describe, expect, it } from "vitest";
import { navigatorPrompts } from "./conversation.js";
import { renderJointConversation } from "./joint-conversation.js";
import { testRequest } from "./navigator.fixture.js";

let prompts: PromptSet;
beforeAll(async () => {
  const folder = new URL("../prompts/", import.meta.url);
  prompts = await loadPromptSet(folder, "default", navigatorPrompts);
});

const roomy = 1_000_000;

function joint(rounds: number, change: Partial<JointRequest> = {}): JointRequest {
  const visited = ["r12/k3e1/k3e1"];
  return { ...testRequest(rounds), count: 6, visited, hasCostHints: true, ...change };
}

describe("renderJointConversation", () => {
  it("asks one model for all sections and the candidates", () => {
    const messages = renderJointConversation(prompts, joint(0), roomy);
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    const headings = [...(messages[0]?.content ?? "").matchAll(/^##? .*$/gm)].map(([h]) => h);
    expect(headings).toEqual([
      "# Role",
      "# Responsibility",
      "# Mission",
      "# Search space",
      "# Workflow",
      "# Output format",
      "## SUMMARY",
      "## KEY PATTERNS",
      "## NAVIGATION DIRECTIONS",
      "## CANDIDATES",
    ]);
    expect(messages[1]?.content).toContain("There are no results yet");
    expect(messages[1]?.content).toContain("with 6 different, valid and complete architectures");
    expect(JSON.stringify(messages)).not.toMatch(/Generator|Navigator/);
  });

  it("takes turns with the model's own reflections, and ends with the question", () => {
    const request = joint(2);
    const messages = renderJointConversation(prompts, request, roomy);
    expect(messages.map(({ role }) => role)).toEqual([
      "system",
      "user",
      "assistant",
      "user",
      "assistant",
      "user",
    ]);
    expect(messages[2]?.content).toBe(request.trajectory[0]?.strategy);
    const last = messages.at(-1)?.content ?? "";
    expect(last).toContain("Best so far within the limits: 62.02 % top-1");
    expect(last).toMatch(/proposed before[\s\S]*"r":12/);
    expect(last).toContain("What choices cost");
  });

  it("gives no hints where the request does not say so", () => {
    const bare = joint(1, { visited: [], hasCostHints: false });
    const last = renderJointConversation(prompts, bare, roomy).at(-1)?.content ?? "";
    expect(last).not.toMatch(/proposed before|What choices cost/);
  });

  it("sums up the oldest rounds when the conversation gets too long", () => {
    const messages = renderJointConversation(prompts, joint(8), 2_500);
    expect(messages[1]?.content).toMatch(/Rounds 1 to \d+ are summed up/);
  });

  it("names no data set, benchmark or published network", () => {
    const text = JSON.stringify(renderJointConversation(prompts, joint(2), roomy));
    expect(text).not.toMatch(/imagenet|cifar|coco|mnist|digits|once-for-all|ofa|mobilenet|bench/i);
  });
});
