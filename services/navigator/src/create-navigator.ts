import type { RoleEnv } from "@collm/config";
import {
  createRoleBackend,
  createRoleMetrics,
  describeRole,
  type EndpointPool,
  loadPromptSet,
  type MetricSource,
} from "@collm/llm";
import { createChatNavigator } from "./chat-navigator.js";
import { navigatorPrompts } from "./conversation.js";
import { createFallbackNavigator } from "./fallback-navigator.js";
import { createHeuristicNavigator } from "./heuristic-navigator.js";
import type { Navigator } from "./navigator.js";

/** Beside `src/` and `dist/` alike. */
const promptsFolder = new URL("../prompts/", import.meta.url);

/**
 * The Navigator that the environment asks for.
 *
 * @param metrics a service's registry; without one nothing is counted
 * @param onProblem told in one sentence why a conversation was not recorded
 * @param pool what is kept of the one before, where this one takes its place
 * @throws CollmError not-found when there is no such prompt set, or no such recordings to replay
 */
export async function createNavigator(
  env: RoleEnv,
  metrics?: MetricSource,
  onProblem?: (problem: string) => void,
  pool?: EndpointPool,
): Promise<Navigator> {
  const roleMetrics = createRoleMetrics("navigator", metrics);
  const heuristic = createHeuristicNavigator(roleMetrics);
  if (env.backend === "heuristic") return heuristic;
  const prompts = await loadPromptSet(promptsFolder, env.prompts, navigatorPrompts);
  const backend = await createRoleBackend(env.endpoints, { ...env, onProblem, pool });
  const model = createChatNavigator({
    description: describeRole(backend, prompts, env.endpoints[0]),
    backend,
    prompts,
    temperature: env.temperature,
    topP: env.topP,
    maxOutputTokens: env.maxOutputTokens,
    contextTokens: env.contextTokens,
    metrics: roleMetrics,
  });
  return env.endsWithHeuristic ? createFallbackNavigator(model, heuristic) : model;
}
