import { CollmError } from "@collm/errors";
import { defaultSearchConfig, presets, type SearchConfig } from "@collm/search";
import { parse as parseYaml } from "yaml";
import { problemsOf } from "./problems.js";
import {
  type NavigatorSettings,
  type RoleSettings,
  type SearchFile,
  searchFileSchema,
} from "./search-file.js";

/** Everything a search needs to know, resolved. */
export interface SearchSettings {
  readonly supernet: string | undefined;
  readonly search: SearchConfig;
  /** Absent where nothing was said: the service then reads its own environment. */
  readonly navigator?: NavigatorSettings;
  readonly generator?: RoleSettings;
  readonly evaluator: NonNullable<SearchFile["evaluator"]>;
}

/** One place that settings come from, for error messages. */
export interface SettingsSource {
  /** E.g. `collm.yaml`, `environment` or `command line`. */
  readonly name: string;
  readonly values: unknown;
}

/** Reads YAML into an unchecked value; a syntax error names the line. */
export function readYaml(name: string, text: string): SettingsSource {
  try {
    return { name, values: parseYaml(text) ?? {} };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new CollmError("invalid-argument", `${name}: not valid YAML: ${reason}`);
  }
}

const envPrefix = "COLLM_SEARCH_";

/** Settings of the environment: `COLLM_SEARCH_MAX_MACS=1.2M` sets maxMacs; dots become underscores. */
export function readSearchEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): SettingsSource {
  const values: Record<string, unknown> = {};
  const known = new Map(
    Object.keys(searchFileSchema.shape).map((key) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      key,
    ]),
  );
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(envPrefix) || text === undefined) continue;
    const key = known.get(name.slice(envPrefix.length));
    if (key === undefined) {
      throw new CollmError(
        "invalid-argument",
        `environment: ${name} is unknown, allowed are ${[...known.keys()].map((k) => envPrefix + k).join(", ")}`,
      );
    }
    values[key] = parseYaml(text);
  }
  return { name: "environment", values };
}

/**
 * Resolves settings: defaults of the searcher < preset < sources in the order given (file,
 * environment, command line). Every problem of a source is named in one error.
 *
 * @throws CollmError invalid-argument
 */
export function resolveSettings(sources: readonly SettingsSource[]): SearchSettings {
  const merged: SearchFile = {};
  for (const source of sources) {
    const parsed = searchFileSchema.safeParse(source.values);
    if (!parsed.success) {
      throw new CollmError(
        "invalid-argument",
        `${source.name}: ${problemsOf(parsed.error, source.values).join("; ")}`,
      );
    }
    Object.assign(merged, withoutUndefined(parsed.data), {
      ...(merged.evolution || parsed.data.evolution
        ? { evolution: { ...merged.evolution, ...parsed.data.evolution } }
        : {}),
    });
  }
  return {
    supernet: merged.supernet,
    search: searchConfigOf(merged),
    ...(merged.navigator ? { navigator: merged.navigator } : {}),
    ...(merged.generator ? { generator: merged.generator } : {}),
    evaluator: merged.evaluator ?? {},
  };
}

function searchConfigOf(file: SearchFile): SearchConfig {
  const searcher = file.searcher ?? "collm";
  const preset = file.preset ?? "default";
  const known: Record<string, Partial<SearchConfig>> = presets[searcher];
  const changes = known[preset];
  if (!changes) {
    throw new CollmError(
      "invalid-argument",
      `preset: got "${preset}", allowed for searcher ${searcher} is ${Object.keys(known).join(", ")}`,
    );
  }
  const defaults = { ...defaultSearchConfig(searcher), ...changes, preset };
  const { maxFlops, maxMacs, maxParams } = file;
  const direct = withoutUndefined({
    seed: file.seed,
    targetTop1Percent: file.target,
    budget: file.budget,
    iterations: file.iterations,
    candidatesPerIteration: file.candidatesPerIteration,
    overLimit: file.overLimit,
    finalStrategy: file.finalStrategy,
    navigatorMemory: file.navigatorMemory,
    generatorMemory: file.generatorMemory,
    visitedHints: file.visitedHints,
    rejectionFeedback: file.rejectionFeedback,
    costHints: file.costHints,
  });
  return {
    ...defaults,
    ...direct,
    limits: withoutUndefined({ maxFlops, maxMacs, maxParams }),
    evolution: { ...defaults.evolution, ...withoutUndefined(file.evolution ?? {}) },
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
