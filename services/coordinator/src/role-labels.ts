import type { GeneratorServiceClient, NavigatorServiceClient, search } from "@collm/proto";
import { callUnary } from "@collm/rpc";
import type { SearcherName } from "@collm/search";

/** Asks the roles that this searcher needs who plays them; empty for searchers without a model. */
export async function describeRoles(
  searcher: SearcherName,
  navigator: NavigatorServiceClient,
  generator: GeneratorServiceClient,
): Promise<Record<string, string>> {
  if (searcher !== "collm") return {};
  const [first, second] = await Promise.all([
    callUnary(navigator, "describeNavigator", {}),
    callUnary(generator, "describeGenerator", {}),
  ]);
  return { navigator: label(first.role), generator: label(second.role) };
}

/** `heuristic`, or `openai:qwen3-30b prompts 1a2b3c4d`. */
function label(role: search.Role | undefined): string {
  if (!role) return "unknown";
  const model = role.model === "" ? "" : `:${role.model}`;
  const prompts = role.promptsDigest === "" ? "" : ` prompts ${role.promptsDigest.slice(0, 8)}`;
  return `${role.backend}${model}${prompts}`;
}
