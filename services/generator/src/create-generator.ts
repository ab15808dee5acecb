import type { RoleEnv } from "@collm/config";
import {
  createOpenAiBackend,
  createRoleMetrics,
  loadPromptSet,
  type MetricSource,
} from "@collm/llm";
import { createChatGenerator } from "./chat-generator.js";
import { generatorPrompts } from "./conversation.js";
import type { Generator } from "./generator.js";
import { createHeuristicGenerator } from "./heuristic-generator.js";

/** Beside `src/` and `dist/` alike. */
const promptsFolder = new URL("../prompts/", import.meta.url);

/**
 * The Generator that the environment asks for.
 *
 * @param metrics a service's registry; without one nothing is counted
 * @throws CollmError not-found when there is no such prompt set
 */
export async function createGenerator(env: RoleEnv, metrics?: MetricSource): Promise<Generator> {
  const roleMetrics = createRoleMetrics("generator", metrics);
  if (env.backend === "heuristic") return createHeuristicGenerator(roleMetrics);
  return createChatGenerator({
    backend: await createOpenAiBackend(env),
    prompts: await loadPromptSet(promptsFolder, env.prompts, generatorPrompts),
    temperature: env.temperature,
    maxOutputTokens: env.maxOutputTokens,
    metrics: roleMetrics,
  });
}
