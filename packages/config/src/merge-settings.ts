import type { RoleName } from "./role-env.js";
import type { RoleSettings, SearchFile } from "./search-file.js";

/** Sections are merged key by key; what `over` says wins. */
export function mergeSettings(base: SearchFile, over: SearchFile): SearchFile {
  return {
    ...base,
    ...withoutUndefined(over),
    navigator: mergeRole(base.navigator, over.navigator),
    generator: mergeRole(base.generator, over.generator),
    evaluator: mergeSection(base.evaluator, over.evaluator),
    evolution: mergeSection(base.evolution, over.evolution),
    ageing: mergeSection(base.ageing, over.ageing),
    localSearch: mergeSection(base.localSearch, over.localSearch),
    reinforce: mergeSection(base.reinforce, over.reinforce),
  };
}

/** What belongs to one endpoint, as opposed to how a role asks whichever it is. */
const endpointKeys = [
  "backend",
  "model",
  "baseUrl",
  "replayDir",
  "fallback",
  "apiKeyFile",
  "apiVersion",
  "caFile",
  "maxConcurrent",
  "requestsPerMinute",
  "tokensPerMinute",
  "priceInput",
  "priceCachedInput",
  "priceOutput",
  "extraBody",
] as const satisfies readonly (keyof RoleSettings)[];

/**
 * A source that names the backend replaces the endpoint of earlier ones: otherwise a model would
 * silently be asked for at the address of another, at another's price. `--llm openai:b` over a file's
 * `{backend: openai, model: a, baseUrl: U}` is model b without U, with the file's temperature.
 */
function mergeRole(
  base: RoleSettings | undefined,
  over: RoleSettings | undefined,
): RoleSettings | undefined {
  if (base === undefined || over?.backend === undefined) return mergeSection(base, over);
  const names: readonly string[] = endpointKeys;
  const others = Object.entries(base).filter(([key]) => !names.includes(key));
  return mergeSection(Object.fromEntries(others) as RoleSettings, over);
}

function mergeSection<T extends object>(base: T | undefined, over: T | undefined): T | undefined {
  return over === undefined ? base : ({ ...base, ...withoutUndefined(over) } as T);
}

/** What is wrong with a role once all sources are merged: an endpoint that is not whole. */
export function endpointProblems(role: RoleName, settings: RoleSettings = {}): readonly string[] {
  const { backend, model, baseUrl, replayDir } = settings;
  if (backend === "replay") {
    return replayDir === undefined
      ? [`${role}.replayDir: got nothing, allowed is a directory, which replay needs`]
      : [];
  }
  if (backend !== undefined && backend !== "heuristic" && model === undefined) {
    return [`${role}.model: got nothing, allowed is a model's name, which ${backend} needs`];
  }
  if (backend === undefined && (model !== undefined || baseUrl !== undefined)) {
    const cause = model === undefined ? "baseUrl" : "model";
    return [
      `${role}.backend: got nothing, allowed is openai or heuristic, since ${role}.${cause} is set`,
    ];
  }
  return [];
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function withoutUndefined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
