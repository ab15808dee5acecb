import { dirname, resolve } from "node:path";
import { CollmError, checkValue, type FieldName, fieldName } from "@collm/errors";
import { defaultSearchConfig, presets, type SearchConfig } from "@collm/search";
import { parse as parseYaml } from "yaml";
import { endpointProblems, mergeSettings, withoutUndefined } from "./merge-settings.js";
import { withReplayDir } from "./player-spec.js";
import {
  type NavigatorSettings,
  type RoleSettings,
  type SearchFile,
  searchFileSchema,
} from "./search-file.js";

/** Everything a search needs to know, resolved. */
export interface SearchSettings {
  /** Absolute path of the manifest. */
  readonly supernet: string | undefined;
  readonly search: SearchConfig;
  /** Prompt set of both roles; absent means that each service's own environment says. */
  readonly prompts?: string | undefined;
  /** What is absent was not said: the service then reads its own environment. */
  readonly navigator?: NavigatorSettings | undefined;
  readonly generator?: RoleSettings | undefined;
  readonly evaluator: NonNullable<SearchFile["evaluator"]>;
}

/** One place that settings come from, for error messages. */
export interface SettingsSource {
  /** E.g. `collm.yaml` or `environment`; absent where `nameOf` says enough. */
  readonly name?: string;
  readonly values: unknown;
  /** Folder that its paths are relative to; default is the working directory. */
  readonly directory?: string;
  /** How a field is called there; default is its path in the file, e.g. `navigator.model`. */
  readonly nameOf?: FieldName;
}

/** Reads a configuration file into an unchecked value; a syntax error names the line. */
export function readYaml(path: string, text: string): SettingsSource {
  try {
    // The parser would print its warnings.
    const values: unknown = parseYaml(text, { logLevel: "error" }) ?? {};
    return { name: path, values, directory: dirname(path) };
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new CollmError(
      "invalid-argument",
      `${path}: not valid YAML: ${reason.replace(/:$/, "")}`,
    );
  }
}

/**
 * Resolves settings: defaults of the searcher < preset < sources in the order given (file,
 * environment, command line). Every problem of a source is named in one error.
 *
 * @throws CollmError invalid-argument
 */
export function resolveSettings(sources: readonly SettingsSource[]): SearchSettings {
  let merged: SearchFile = {};
  for (const source of sources) merged = mergeSettings(merged, checkSource(source));
  refuseHalfEndpoints(merged);
  return {
    supernet: merged.supernet,
    search: searchConfigOf(merged, nameIn(sources, "preset")),
    ...(merged.prompts === undefined ? {} : { prompts: merged.prompts }),
    ...(merged.navigator ? { navigator: merged.navigator } : {}),
    ...(merged.generator ? { generator: merged.generator } : {}),
    evaluator: merged.evaluator ?? {},
  };
}

/**
 * Settings of a search that go on with some changes: what the source does not say stays as it is,
 * whatever the preset was. Another searcher keeps everything but the section of the one before.
 *
 * @throws CollmError invalid-argument
 */
export function changeSettings(base: SearchSettings, source: SettingsSource): SearchSettings {
  const file = checkSource(source);
  const { navigator, generator, evaluator } = base;
  const merged = mergeSettings({ navigator, generator, evaluator }, file);
  refuseHalfEndpoints(merged);
  const { searcher = base.search.searcher } = file;
  // The preset is only a name by now, and may be none of the other searcher's.
  const other = { preset: "default", evolution: defaultSearchConfig(searcher).evolution };
  const search = {
    ...base.search,
    ...(searcher === base.search.searcher ? {} : other),
    searcher,
  };
  return {
    ...base,
    supernet: file.supernet ?? base.supernet,
    prompts: file.prompts ?? base.prompts,
    search: withSaid(search, file),
    navigator: merged.navigator,
    generator: merged.generator,
    evaluator: merged.evaluator ?? {},
  };
}

function refuseHalfEndpoints(merged: SearchFile): void {
  const problems = (["navigator", "generator"] as const).flatMap((role) =>
    endpointProblems(role, merged[role]),
  );
  if (problems.length > 0) throw new CollmError("invalid-argument", problems.join("; "));
}

/** A key as the source calls it that had the last word on it: `collm.yaml: preset`, `--preset`. */
function nameIn(sources: readonly SettingsSource[], key: keyof SearchFile): string {
  const last = sources.findLast(
    ({ values }) => typeof values === "object" && values !== null && key in values,
  );
  return last ? `${prefixOf(last)}${(last.nameOf ?? fieldName)([key])}` : key;
}

function prefixOf({ name }: SettingsSource): string {
  return name === undefined ? "" : `${name}: `;
}

function checkSource(source: SettingsSource): SearchFile {
  const { values, directory = ".", nameOf } = source;
  const checked = checkValue(searchFileSchema, values, nameOf);
  if (checked.kind === "invalid") {
    throw new CollmError("invalid-argument", `${prefixOf(source)}${checked.problems.join("; ")}`);
  }
  const { supernet, navigator, generator, ...others } = checked.value;
  return {
    ...others,
    ...(supernet === undefined ? {} : { supernet: resolve(directory, supernet) }),
    ...(navigator === undefined ? {} : { navigator: withFilesIn(directory, navigator) }),
    ...(generator === undefined ? {} : { generator: withFilesIn(directory, generator) }),
  };
}

function withFilesIn<Role extends RoleSettings>(directory: string, role: Role): Role {
  const { apiKeyFile, caFile, replayDir, recordDir, fallback } = role;
  const inPlace = (path: string) => resolve(directory, path);
  return {
    ...role,
    ...(replayDir === undefined ? {} : { replayDir: inPlace(replayDir) }),
    ...(recordDir === undefined ? {} : { recordDir: inPlace(recordDir) }),
    ...(fallback && { fallback: fallback.map((spec) => withReplayDir(spec, inPlace)) }),
    ...(apiKeyFile === undefined ? {} : { apiKeyFile: inPlace(apiKeyFile) }),
    ...(caFile === undefined ? {} : { caFile: inPlace(caFile) }),
  };
}

/** @param presetName what messages call the preset. */
function searchConfigOf(file: SearchFile, presetName: string): SearchConfig {
  const searcher = file.searcher ?? "collm";
  const preset = file.preset ?? "default";
  const known = new Map<string, Partial<SearchConfig>>(Object.entries(presets[searcher]));
  const changes = known.get(preset);
  if (!changes) {
    throw new CollmError(
      "invalid-argument",
      `${presetName}: got "${preset}", allowed for searcher ${searcher} is ${[...known.keys()].join(", ")}`,
    );
  }
  return withSaid({ ...defaultSearchConfig(searcher), ...changes, preset }, file);
}

/** The configuration with what a file says of it. */
function withSaid(defaults: SearchConfig, file: SearchFile): SearchConfig {
  const { maxFlops, maxMacs, maxParams } = file;
  const direct = withoutUndefined({
    seed: file.seed,
    targetTop1Percent: file.target,
    budget: file.budget,
    iterations: file.iterations,
    candidatesPerIteration: file.candidatesPerIteration,
    maxLlmTokens: file.maxLlmTokens,
    maxLlmCost: file.maxLlmCost,
    staleness: file.staleness,
    resultShare: file.resultShare,
    subBatches: file.subBatches,
    overLimit: file.overLimit,
    repair: file.repair,
    finalStrategy: file.finalStrategy,
    navigatorMemory: file.navigatorMemory,
    generatorMemory: file.generatorMemory,
    visitedHints: file.visitedHints,
    isomorphs: file.isomorphs,
    permuteOperators: file.permuteOperators,
    rejectionFeedback: file.rejectionFeedback,
    costHints: file.costHints,
  });
  return {
    ...defaults,
    ...direct,
    limits: { ...defaults.limits, ...withoutUndefined({ maxFlops, maxMacs, maxParams }) },
    evolution: evolutionOf(defaults.evolution, file),
    ageing: { ...defaults.ageing, ...withoutUndefined(file.ageing ?? {}) },
    localSearch: { ...defaults.localSearch, ...withoutUndefined(file.localSearch ?? {}) },
    reinforce: { ...defaults.reinforce, ...withoutUndefined(file.reinforce ?? {}) },
  };
}

/**
 * A preset's lower bound gives way to a limit of the user's that leaves nothing between them: it
 * is meant for another size of supernet. A lower bound of the user's own stays, to be refused.
 */
function evolutionOf(
  defaults: SearchConfig["evolution"],
  { evolution = {}, maxParams = Number.POSITIVE_INFINITY }: SearchFile,
): SearchConfig["evolution"] {
  const { minParams = 0, ...others } = defaults;
  return {
    ...(minParams > maxParams ? others : defaults),
    ...withoutUndefined(evolution),
  };
}
