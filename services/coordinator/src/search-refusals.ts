import { CollmError } from "@collm/errors";
import {
  type SearchConfig,
  type SearchId,
  type SearchState,
  type SupernetInfo,
  searchProblems,
} from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { parseSupernetName } from "./supernet-name.js";

/**
 * Another coordinator has the search's journal, if it did not die within the last lease. Asking again
 * tells what comes of it.
 */
export class DrivenElsewhereError extends CollmError {
  constructor(id: SearchId, cause?: unknown) {
    super("unavailable", `search "${id}": another coordinator has its journal open`, { cause });
  }
}

/** Gives a search that is there already if it is the one asked for; throws `already-exists` if not. */
export function sameSearch(
  id: SearchId,
  state: SearchState,
  config: SearchConfig,
  supernetName: string,
): SearchState {
  const { started } = state;
  if (
    JSON.stringify(started?.config) === JSON.stringify(config) &&
    started?.supernet.name === parseSupernetName(supernetName).name
  ) {
    return state;
  }
  throw new CollmError(
    "already-exists",
    `search id: "${id}" is taken by a search with another configuration or supernet`,
  );
}

export function unknownSearch(id: SearchId): CollmError {
  return new CollmError("not-found", `search "${id}": no journal of that name`);
}

export function refuseHopeless(supernet: SupernetInfo, config: SearchConfig): void {
  const problems = searchProblems(config, createSearchSpace(supernet.space), supernet.name);
  if (problems.length > 0) throw new CollmError("invalid-argument", problems.join("; "));
}
