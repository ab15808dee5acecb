import { z } from "zod";
import { apiKey, decimal, type Env, httpUrl, integer, oneOf, readEnv, text } from "./env-values.js";
import { ranges } from "./ranges.js";

/** The two language-model roles, as they stand in names of variables. */
export type RoleName = "navigator" | "generator";

/** Who plays a role. */
export type RoleEnv =
  | { readonly backend: "heuristic" }
  | {
      readonly backend: "openai";
      /** Of an OpenAI-compatible endpoint; absent means OpenAI's own. */
      readonly baseUrl?: string | undefined;
      readonly model: string;
      /** Never logged. Local endpoints need none. */
      readonly apiKey?: string | undefined;
      readonly temperature: number;
      readonly maxOutputTokens: number;
      /** Navigator only: estimated tokens that its conversation may have; absent means its default. */
      readonly contextTokens?: number | undefined;
      /** For one answer, in milliseconds. */
      readonly timeoutMs: number;
      /** Name of the prompt set. */
      readonly prompts: string;
    };

export const backends = ["heuristic", "openai"] as const;

/**
 * Reads `COLLM_NAVIGATOR_*` or `COLLM_GENERATOR_*`: `_BACKEND` (default heuristic, needs nothing
 * else), and for openai `_MODEL` (required), `_BASE_URL`, `_API_KEY`, `_TEMPERATURE` (0.6),
 * `_MAX_OUTPUT_TOKENS` (8192), `_TIMEOUT_MS` (120000) and `_PROMPTS` (default); for the navigator
 * also `_CONTEXT_TOKENS` (20000), the tokens of its conversation without the answer. Naming a model
 * or endpoint without a backend is an error: it would otherwise be ignored.
 *
 * @throws CollmError invalid-argument that names every wrong variable, its value and what is allowed
 */
export function readRoleEnv(role: RoleName, env: Env): RoleEnv {
  const prefix = `COLLM_${role.toUpperCase()}_`;
  return readEnv(roleSchema(prefix), env);
}

function roleSchema(prefix: string): z.ZodType<RoleEnv> {
  const name = (suffix: string) => `${prefix}${suffix}`;
  return z
    .object({
      [name("BACKEND")]: oneOf(backends).optional(),
      [name("BASE_URL")]: httpUrl().optional(),
      [name("MODEL")]: text("a model's name").optional(),
      [name("API_KEY")]: apiKey().optional(),
      [name("TEMPERATURE")]: decimal(...ranges.temperature).default(0.6),
      [name("MAX_OUTPUT_TOKENS")]: integer(...ranges.maxOutputTokens).default(8192),
      [name("CONTEXT_TOKENS")]: integer(...ranges.contextTokens).optional(),
      [name("TIMEOUT_MS")]: integer(...ranges.timeoutMs, "milliseconds").default(120_000),
      [name("PROMPTS")]: text("the name of a prompt set").default("default"),
    })
    .transform((values, context) => {
      // The names are computed, so zod knows the values only as a union of all their types.
      const value = <T>(suffix: string) => values[name(suffix)] as T;
      const backend = value<(typeof backends)[number] | undefined>("BACKEND");
      const model = value<string | undefined>("MODEL");
      const baseUrl = value<string | undefined>("BASE_URL");
      const refuse = (suffix: string, message: string) => {
        context.addIssue({ code: "custom", path: [name(suffix)], message });
        return z.NEVER;
      };
      if (backend === undefined && (model !== undefined || baseUrl !== undefined)) {
        const cause = name(model === undefined ? "BASE_URL" : "MODEL");
        return refuse("BACKEND", `openai or heuristic, since ${cause} is set`);
      }
      if (backend !== "openai") return { backend: "heuristic" as const };
      if (model === undefined) return refuse("MODEL", "a model's name, which openai needs");
      return {
        backend,
        baseUrl,
        model,
        apiKey: value<string | undefined>("API_KEY"),
        temperature: value<number>("TEMPERATURE"),
        maxOutputTokens: value<number>("MAX_OUTPUT_TOKENS"),
        contextTokens: value<number | undefined>("CONTEXT_TOKENS"),
        timeoutMs: value<number>("TIMEOUT_MS"),
        prompts: value<string>("PROMPTS"),
      };
    });
}
