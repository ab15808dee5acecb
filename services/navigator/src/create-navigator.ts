import type { RoleEnv } from "@collm/config";
import { createRoleBackend, createRoleMetrics, loadPromptSet, type MetricSource } from "@collm/llm";
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
 * @throws CollmError not-found when there is no such prompt set, or no such recordings to replay
 */
export async function createNavigator(
  env: RoleEnv,
  metrics?: MetricSource,
  onProblem?: (problem: string) => void,
): Promise<Navigator> {
  const roleMetrics = createRoleMetrics("navigator", metrics);
  const heuristic = createHeuristicNavigator(roleMetrics);
  if (env.backend === "heuristic") return heuristic;
  const model = createChatNavigator({
    backend: await createRoleBackend(env.endpoints, { ...env, onProblem }),
    prompts: await loadPromptSet(promptsFolder, env.prompts, navigatorPrompts),
    temperature: env.temperature,
    topP: env.topP,
    maxOutputTokens: env.maxOutputTokens,
    contextTokens: env.contextTokens,
    metrics: roleMetrics,
  });
  return env.endsWithHeuristic ? createFallbackNavigator(model, heuristic) : model;
}
