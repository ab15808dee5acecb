import type { RoleEnv } from "@collm/config";
import {
  createRoleBackend,
  createRoleMetrics,
  describeRole,
  type EndpointPool,
  loadPromptSet,
  type MetricSource,
} from "@collm/llm";
import { createChatGenerator } from "./chat-generator.js";
import { generatorPrompts } from "./conversation.js";
import { createFallbackGenerator } from "./fallback-generator.js";
import type { Generator } from "./generator.js";
import { createHeuristicGenerator } from "./heuristic-generator.js";

/** Beside `src/` and `dist/` alike. */
const promptsFolder = new URL("../prompts/", import.meta.url);

/**
 * The Generator that the environment asks for.
 *
 * @param metrics a service's registry; without one nothing is counted
 * @param onProblem told in one sentence why a conversation was not recorded
 * @param pool what is kept of the one before, where this one takes its place
 * @throws CollmError not-found when there is no such prompt set, or no such recordings to replay
 */
export async function createGenerator(
  env: RoleEnv,
  metrics?: MetricSource,
  onProblem?: (problem: string) => void,
  pool?: EndpointPool,
): Promise<Generator> {
  const roleMetrics = createRoleMetrics("generator", metrics);
  const heuristic = createHeuristicGenerator(roleMetrics);
  if (env.backend === "heuristic") return heuristic;
  const prompts = await loadPromptSet(promptsFolder, env.prompts, generatorPrompts);
  const backend = await createRoleBackend(env.endpoints, { ...env, onProblem, pool });
  const model = createChatGenerator({
    description: describeRole(backend, prompts, env.endpoints[0]),
    backend,
    prompts,
    temperature: env.temperature,
    topP: env.topP,
    maxOutputTokens: env.maxOutputTokens,
    metrics: roleMetrics,
  });
  return env.endsWithHeuristic ? createFallbackGenerator(model, heuristic) : model;
}
