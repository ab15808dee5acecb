import type { GeneratorServiceClient, NavigatorServiceClient, search } from "@collm/proto";
import { callUnary } from "@collm/rpc";
import { rolesOf, type SearcherName } from "@collm/search";

/** Asks the roles that this searcher needs who plays them; empty for searchers without a model. */
export async function describeRoles(
  searcher: SearcherName,
  navigator: NavigatorServiceClient,
  generator: GeneratorServiceClient,
): Promise<Record<string, string>> {
  const roles = rolesOf[searcher];
  const labels = await Promise.all(
    roles.map(async (name) => {
      const { role } =
        name === "navigator"
          ? await callUnary(navigator, "describeNavigator", {})
          : await callUnary(generator, "describeGenerator", {});
      return [name, label(role)] as const;
    }),
  );
  return Object.fromEntries(labels);
}

/** `heuristic`, or `openai:qwen3-30b prompts 1a2b3c4d`. */
function label(role: search.Role | undefined): string {
  if (!role) return "unknown";
  const model = role.model === "" ? "" : `:${role.model}`;
  const prompts = role.promptsDigest === "" ? "" : ` prompts ${role.promptsDigest.slice(0, 8)}`;
  return `${role.backend}${model}${prompts}`;
}
