import { CollmError, hideCredentials } from "@collm/errors";

/** A role's settings as far as a SPEC says them; the configuration schema checks the rest. */
interface RoleSpec {
  readonly backend: "heuristic" | "openai";
  readonly model?: string;
  readonly baseUrl?: string;
}

/** A model behind an OpenAI-compatible endpoint; without a base URL OpenAI's own. */
export interface ModelSpec {
  readonly model: string;
  readonly baseUrl?: string;
}

/**
 * Reads `--llm` values: `heuristic` or `openai:MODEL@BASE_URL` for both roles, or with
 * `navigator=` or `generator=` in front for one of them. Later values win.
 */
export function parseLlmSpec(specs: readonly string[]): {
  navigator?: RoleSpec;
  generator?: RoleSpec;
} {
  const roles: { navigator?: RoleSpec; generator?: RoleSpec } = {};
  for (const spec of specs) {
    const match = /^(?:(navigator|generator)=)?(.+)$/.exec(spec);
    const role = roleOf(match?.[2] ?? "", spec);
    if (match?.[1] !== "generator") roles.navigator = role;
    if (match?.[1] !== "navigator") roles.generator = role;
  }
  return roles;
}

/** Reads the one `--llm` of a command that has no roles. */
export function parseModelSpec(spec: string): ModelSpec {
  const model = modelOf(spec);
  if (model && (model.baseUrl === undefined || isPlainUrl(model.baseUrl))) return model;
  throw new CollmError(
    "invalid-argument",
    `--llm: got "${hideCredentials(spec)}", allowed is openai:MODEL@BASE_URL, without user name and password`,
  );
}

/** A password in a URL would be journaled and shown. */
function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

function roleOf(text: string, spec: string): RoleSpec {
  if (text === "heuristic") return { backend: "heuristic" };
  const model = modelOf(text);
  if (!model) {
    throw new CollmError(
      "invalid-argument",
      `--llm: got "${hideCredentials(spec)}", allowed is heuristic or openai:MODEL@BASE_URL, with navigator= or generator= in front for one role`,
    );
  }
  return { backend: "openai", ...model };
}

function modelOf(text: string): ModelSpec | undefined {
  const match = /^openai:([^@]+)(?:@(https?:\/\/.+))?$/.exec(text);
  if (!match) return undefined;
  const [, model, baseUrl] = match;
  return { model: model as string, ...(baseUrl ? { baseUrl } : {}) };
}
