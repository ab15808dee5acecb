import { CollmError } from "@collm/errors";
import type { GeneratorServiceClient, NavigatorServiceClient } from "@collm/proto";
import { callUnary, roleLabel } from "@collm/rpc";
import { rolesOf, type SearcherName } from "@collm/search";

/** The services that play roles; undefined where this coordinator has no address of one. */
export interface RoleClients {
  readonly navigator: NavigatorServiceClient | undefined;
  readonly generator: GeneratorServiceClient | undefined;
}

/**
 * Asks the roles that this searcher needs who plays them; empty for searchers without a model.
 *
 * @throws CollmError failed-precondition where there is nobody for one of them
 */
export async function describeRoles(
  searcher: SearcherName,
  { navigator, generator }: RoleClients,
): Promise<Record<string, string>> {
  const labels = await Promise.all(
    rolesOf[searcher].map(async (name) => {
      if (name === "navigator" && navigator) {
        const { role } = await callUnary(navigator, "describeNavigator", {});
        return [name, roleLabel(role)] as const;
      }
      if (name === "generator" && generator) {
        const { role } = await callUnary(generator, "describeGenerator", {});
        return [name, roleLabel(role)] as const;
      }
      throw new CollmError(
        "failed-precondition",
        `searcher: got "${searcher}", which needs a ${name}, and this coordinator has none (COLLM_${name.toUpperCase()}_ADDRESS)`,
      );
    }),
  );
  return Object.fromEntries(labels);
}
