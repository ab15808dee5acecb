import { readFile } from "node:fs/promises";
import { readYaml, resolveSettings, type SettingsSource } from "@collm/config";
import { CollmError } from "@collm/errors";
import { parseSearchId, type SearchConfig, type SearcherName, type SearchId } from "@collm/search";

/** One search of the comparison. */
export interface PlannedSearch {
  readonly id: SearchId;
  readonly searcher: SearcherName;
  readonly seed: number;
  readonly config: SearchConfig;
}

export interface Plan {
  readonly manifestPath: string;
  /** What all searches have in common: budget, limits, candidates. */
  readonly common: SearchConfig;
  /** Seed by seed, so that an unfinished comparison compares what it has. */
  readonly searches: readonly PlannedSearch[];
}

export interface PlanOptions {
  readonly configPath: string;
  readonly searchers: readonly SearcherName[];
  readonly seeds: number;
  /** What the command line says in the place of the configuration file. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** Plans every searcher with every seed, in everything else equal. */
export async function planSearches(options: PlanOptions): Promise<Plan> {
  const { configPath, searchers, seeds, overrides } = options;
  const file = readYaml(configPath, await readFile(configPath, "utf8"));
  const changes: SettingsSource = { name: "command line", values: overrides };
  const { supernet, search: common } = resolveSettings([file, changes]);
  if (supernet === undefined) {
    throw new CollmError("invalid-argument", `${configPath}: supernet: got nothing`);
  }
  const searches = Array.from({ length: seeds }, (_, seed) =>
    searchers.map((searcher) => {
      const own = { name: "suite", values: { searcher, seed } };
      const { search } = resolveSettings([file, changes, own]);
      const id = parseSearchId(`${searcher}-${seed}`);
      return { id, searcher, seed, config: equalised(search) };
    }),
  ).flat();
  return { manifestPath: supernet, common, searches };
}

/**
 * Iterations are CoLLM's T; the others are ended by the budget alone, so that a round with few new
 * candidates costs them none of it.
 */
function equalised(config: SearchConfig): SearchConfig {
  if (config.searcher === "collm") return config;
  const { iterations, ...others } = config;
  return others;
}
