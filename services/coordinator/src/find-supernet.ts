import { CollmError } from "@collm/errors";
import type { ServedSupernets } from "@collm/events";
import type { SupernetInfo } from "@collm/search";
import type { WantedSupernet } from "./supernet-name.js";

/**
 * Finds a supernet on NATS by its name, among several of that name the one that is wanted if it is there.
 * Whoever wanted another one compares.
 *
 * @throws CollmError not-found for a name that nobody knows; unavailable while no evaluator has ever
 *   been there
 */
export async function findSupernet(
  served: Pick<ServedSupernets, "named" | "names">,
  { name, digest = "", contextDigest }: WantedSupernet,
): Promise<SupernetInfo> {
  const known = await served.named(name);
  const wanted = known.find(
    (supernet) =>
      supernet.digest.startsWith(digest) &&
      (contextDigest === undefined || supernet.contextDigest === contextDigest),
  );
  const found = wanted ?? known[0];
  if (found) return found;
  const { names } = served;
  if (names.length > 0) {
    throw new CollmError(
      "not-found",
      `supernet: got "${name}", evaluators serve ${names.toSorted().join(", ")}`,
    );
  }
  throw new CollmError(
    "unavailable",
    `supernet: got "${name}", but no evaluator has ever said what it serves; start one`,
  );
}
