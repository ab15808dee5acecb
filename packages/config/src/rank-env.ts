import { z } from "zod";
import { apiKey, decimal, type Env, httpUrl, integer, readEnv, text } from "./env-values.js";
import { ranges } from "./ranges.js";
import { readKeyFile } from "./text-file.js";

/** How a model is asked for rankings, but for the model itself. */
export interface RankEnv {
  /** Never logged. Local endpoints need none. */
  readonly apiKey?: string | undefined;
  readonly temperature: number;
  readonly maxOutputTokens: number;
  /** For one answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Name of the prompt set. */
  readonly prompts: string;
}

const rankObject = z.object({
  COLLM_RANK_API_KEY: apiKey().optional(),
  COLLM_RANK_API_KEY_FILE: text("a file with a key").optional(),
  /** The paper's for every role. */
  COLLM_RANK_TEMPERATURE: decimal(...ranges.temperature).default(0.6),
  COLLM_RANK_MAX_OUTPUT_TOKENS: integer(...ranges.maxOutputTokens).default(8192),
  /** Several requests share the endpoint, so each may take longer than a role's. */
  COLLM_RANK_TIMEOUT_MS: integer(...ranges.timeoutMs, "milliseconds").default(300_000),
  COLLM_RANK_PROMPTS: text("the name of a prompt set").default("default"),
  COLLM_NAVIGATOR_API_KEY: apiKey().optional(),
  COLLM_NAVIGATOR_BASE_URL: httpUrl().optional(),
});

/**
 * Reads `COLLM_RANK_*`: `_API_KEY` or `_API_KEY_FILE`, `_TEMPERATURE` (0.6), `_MAX_OUTPUT_TOKENS` (8192),
 * `_TIMEOUT_MS` (300000) and `_PROMPTS` (default). Without a key of its own the Navigator's is
 * used, unless `COLLM_NAVIGATOR_BASE_URL` says that it belongs to another endpoint than `baseUrl`.
 *
 * @param baseUrl of the endpoint that will be asked; absent means OpenAI's own
 * @throws CollmError invalid-argument that names every wrong variable, its value and what is allowed
 */
export function readRankEnv(env: Env, baseUrl: string | undefined): RankEnv {
  const values = readEnv(rankObject, env);
  const keyFile = values.COLLM_RANK_API_KEY_FILE;
  const ownKey =
    values.COLLM_RANK_API_KEY ??
    (keyFile === undefined ? undefined : readKeyFile("COLLM_RANK_API_KEY_FILE", keyFile));
  const navigatorUrl = values.COLLM_NAVIGATOR_BASE_URL;
  const isNavigators = navigatorUrl === undefined || navigatorUrl === baseUrl;
  return {
    apiKey: ownKey ?? (isNavigators ? values.COLLM_NAVIGATOR_API_KEY : undefined),
    temperature: values.COLLM_RANK_TEMPERATURE,
    maxOutputTokens: values.COLLM_RANK_MAX_OUTPUT_TOKENS,
    timeoutMs: values.COLLM_RANK_TIMEOUT_MS,
    prompts: values.COLLM_RANK_PROMPTS,
  };
}
