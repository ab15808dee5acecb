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

/**
 * Backend, model and base URL of a role are one endpoint, and a source that names the backend
 * replaces what earlier ones said of it: otherwise a model would silently be asked for at the
 * address of another. `--llm openai:b` over a file's `{backend: openai, model: a, baseUrl: U}` is
 * model b without U, with the file's temperature.
 */
function mergeRole(
  base: RoleSettings | undefined,
  over: RoleSettings | undefined,
): RoleSettings | undefined {
  if (base === undefined || over?.backend === undefined) return mergeSection(base, over);
  const { backend, model, baseUrl, ...others } = base;
  return mergeSection(others, over);
}

function mergeSection<T extends object>(base: T | undefined, over: T | undefined): T | undefined {
  return over === undefined ? base : ({ ...base, ...withoutUndefined(over) } as T);
}

/** What is wrong with a role once all sources are merged: an endpoint that is not whole. */
export function endpointProblems(role: RoleName, settings: RoleSettings = {}): readonly string[] {
  const { backend, model, baseUrl } = settings;
  if (backend === "openai" && model === undefined) {
    return [`${role}.model: got nothing, allowed is a model's name, which openai needs`];
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
