import { basename, join } from "node:path";
import { CollmError } from "@collm/errors";
import { z } from "zod";
import {
  type EndpointEnv,
  endpointOf,
  endpointSuffixes,
  readEndpointSettings,
} from "./endpoint-env.js";
import { decimal, type Env, httpUrl, integer, oneOf, readEnv, text } from "./env-values.js";
import {
  backends,
  fallbackProblem,
  isLastPlayer,
  type PlayerSpec,
  parsePlayer,
  readReplayDir,
  splitPlayers,
} from "./player-spec.js";
import { ranges } from "./ranges.js";
import { withFolder } from "./role-folder.js";

/** The two language-model roles, as they stand in names of variables. */
export type RoleName = "navigator" | "generator";

/** Recorded conversations that answer in a model's place. */
export interface ReplayEnv {
  readonly kind: "replay";
  /** Last part of the directory's path, for the journal. */
  readonly name: string;
  /** Folder of the role's recordings. */
  readonly directory: string;
  /** Whether a request without a recording ends the search. */
  readonly isStrict: boolean;
}

/** Who plays a role. */
export type RoleEnv =
  | { readonly backend: "heuristic" }
  | {
      readonly backend: "model";
      /** In the order in which they are asked. */
      readonly endpoints: readonly [EndpointEnv | ReplayEnv, ...(EndpointEnv | ReplayEnv)[]];
      /** Whether the heuristic answers where no endpoint does. */
      readonly endsWithHeuristic: boolean;
      readonly temperature: number;
      readonly topP?: number | undefined;
      readonly maxOutputTokens: number;
      /** Navigator only: estimated tokens that its conversation may have; absent means its default. */
      readonly contextTokens?: number | undefined;
      /** For one answer of one endpoint, in milliseconds. */
      readonly timeoutMs: number;
      /** Attempts after the first. */
      readonly retries: number;
      /** Answers in a row that must fail before an endpoint is left alone. */
      readonly breakerFailures: number;
      /** How long it is then left alone, in milliseconds. */
      readonly breakerOpenMs: number;
      /** Name of the prompt set. */
      readonly prompts: string;
      /** Folder that the role's conversations are recorded in; absent records nothing. */
      readonly recordDirectory?: string | undefined;
    };

/**
 * Reads `COLLM_NAVIGATOR_*` or `COLLM_GENERATOR_*`: `_BACKEND` (default heuristic, needs nothing
 * else), and for a language model `_MODEL` (required), `_BASE_URL`, what `readEndpointSettings` reads,
 * `_TEMPERATURE` (0.6), `_TOP_P`, `_MAX_OUTPUT_TOKENS` (8192), `_TIMEOUT_MS` (120000), `_RETRIES` (2),
 * `_BREAKER_FAILURES` (3), `_BREAKER_OPEN_MS` (30000) and `_PROMPTS` (default); for the navigator also
 * `_CONTEXT_TOKENS` (20000), the tokens of its conversation without the answer. `_BACKEND=replay` needs
 * `_REPLAY_DIR` in the place of a model; `_RECORD_DIR` records. `_FALLBACK` lists who is asked next, `openai:B@URL,heuristic`; what else is to be said of its first is under
 * `_FALLBACK_1_…` and so on. Naming a model or endpoint without a backend is an error: it would
 * otherwise be ignored. `_CONFIG_DIR` names a folder with a file for each of them, which wins over the
 * environment. Folder, keys and certificates are read each time.
 *
 * @throws CollmError invalid-argument that names every wrong variable, its value and what is allowed
 */
export function readRoleEnv(role: RoleName, environment: Env): RoleEnv {
  const prefix = `COLLM_${role.toUpperCase()}_`;
  const env = withRoleFolder(prefix, environment);
  const [said, settings] = bothOf(
    () => readEnv(roleSchema(prefix), env),
    () => readEndpointSettings(prefix, env),
  );
  if (said.player.backend === "heuristic") return { backend: "heuristic" };
  const first =
    said.player.backend === "replay"
      ? replayOf(role, said.player)
      : endpointOf(prefix, said.player, settings);
  const others = said.fallback.flatMap((player, i): readonly (EndpointEnv | ReplayEnv)[] => {
    if (player.backend === "heuristic") return [];
    if (player.backend === "replay") return [replayOf(role, player)];
    const ownPrefix = `${prefix}FALLBACK_${i + 1}_`;
    const own = endpointOf(ownPrefix, player, readEndpointSettings(ownPrefix, env));
    return [first.kind === "replay" ? own : sharing(first, own)];
  });
  const { player, fallback, recordDir, ...asking } = said;
  return {
    backend: "model",
    endpoints: [first, ...others],
    endsWithHeuristic: fallback.at(-1)?.backend === "heuristic",
    ...asking,
    ...(recordDir === undefined ? {} : { recordDirectory: join(recordDir, role) }),
  };
}

/** Whether `readRoleEnv` reads a variable of this name. */
export function isRoleVariable(role: RoleName, name: string): boolean {
  const prefix = `COLLM_${role.toUpperCase()}_`;
  // Its type says only what it gives; what it reads are the fields of the object before the transform.
  const { in: read } = roleSchema(prefix) as unknown as z.ZodPipe<z.ZodObject>;
  const suffix = name.replace(prefix, "").replace(/^FALLBACK_\d+_/, "");
  const known = [...endpointSuffixes, "CONFIG_DIR"];
  return name.startsWith(prefix) && (name in read.shape || known.includes(suffix));
}

/** A folder may set everything that the environment may say of the role, but for the folder. */
function withRoleFolder(prefix: string, env: Env): Env {
  const names = [...Object.keys(roleShape), ...endpointSuffixes].map((end) => prefix + end);
  const ofFallbacks = new RegExp(`^${prefix}FALLBACK_\\d+_(${endpointSuffixes.join("|")})$`);
  return withFolder(
    env,
    `${prefix}CONFIG_DIR`,
    (name) => names.includes(name) || ofFallbacks.test(name),
    `${prefix}BACKEND, ${prefix}MODEL and so on (docs/services.md)`,
  );
}

/** A directory of recordings has a folder for each role. */
function replayOf(
  role: RoleName,
  { replayDir }: Extract<PlayerSpec, { readonly backend: "replay" }>,
): ReplayEnv {
  const { directory, isStrict } = readReplayDir(replayDir);
  return { kind: "replay", name: basename(directory), directory: join(directory, role), isStrict };
}

/** What two readers give; problems of both are one error. */
function bothOf<A, B>(first: () => A, second: () => B): readonly [A, B] {
  const problems: string[] = [];
  const read = <T>(reader: () => T): T | undefined => {
    try {
      return reader();
    } catch (error) {
      problems.push(CollmError.from(error).message);
      return undefined;
    }
  };
  const both = [read(first), read(second)] as const;
  if (problems.length > 0) throw new CollmError("invalid-argument", problems.join("; "));
  return both as readonly [A, B];
}

/** Another model at the same address needs no key and no certificates of its own. */
function sharing(first: EndpointEnv, other: EndpointEnv): EndpointEnv {
  if (other.kind !== first.kind || other.baseUrl !== first.baseUrl) return other;
  const { apiKey, apiVersion, caCertificates } = first;
  return {
    ...other,
    apiKey: other.apiKey ?? apiKey,
    apiVersion: other.apiVersion ?? apiVersion,
    caCertificates: other.caCertificates ?? caCertificates,
  };
}

type RoleValues = {
  readonly player: PlayerSpec;
  readonly fallback: readonly PlayerSpec[];
  readonly recordDir?: string | undefined;
} & Omit<
  Extract<RoleEnv, { readonly backend: "model" }>,
  "backend" | "endpoints" | "endsWithHeuristic" | "recordDirectory"
>;

/** What is said of a role beside its endpoints, by the end of its variable. */
const roleShape = {
  BACKEND: oneOf(backends).optional(),
  BASE_URL: httpUrl().optional(),
  MODEL: text("a model's name").optional(),
  REPLAY_DIR: text("a directory of recorded conversations").optional(),
  RECORD_DIR: text("a directory").optional(),
  FALLBACK: text("a list of players").optional(),
  TEMPERATURE: decimal(...ranges.temperature).default(0.6),
  TOP_P: decimal(...ranges.topP).optional(),
  MAX_OUTPUT_TOKENS: integer(...ranges.maxOutputTokens).default(8192),
  CONTEXT_TOKENS: integer(...ranges.contextTokens).optional(),
  TIMEOUT_MS: integer(...ranges.timeoutMs, "milliseconds").default(120_000),
  RETRIES: integer(...ranges.retries).default(2),
  BREAKER_FAILURES: integer(...ranges.breakerFailures).default(3),
  BREAKER_OPEN_MS: integer(...ranges.timeoutMs, "milliseconds").default(30_000),
  PROMPTS: text("the name of a prompt set").default("default"),
};

function roleSchema(prefix: string): z.ZodType<RoleValues> {
  const name = (suffix: string) => `${prefix}${suffix}`;
  const variables = Object.entries(roleShape).map(([suffix, schema]) => [name(suffix), schema]);
  return z
    .object(Object.fromEntries(variables) as Record<string, z.ZodType>)
    .transform((values, context) => {
      // The names are computed, so zod knows the values only as a union of all their types.
      const value = <T>(suffix: string) => values[name(suffix)] as T;
      const refuse = (suffix: string, message: string) => {
        context.addIssue({ code: "custom", path: [name(suffix)], message });
        return z.NEVER;
      };
      const backend = value<PlayerSpec["backend"] | undefined>("BACKEND");
      const model = value<string | undefined>("MODEL");
      const baseUrl = value<string | undefined>("BASE_URL");
      const replayDir = value<string | undefined>("REPLAY_DIR");
      const said = { MODEL: model, BASE_URL: baseUrl, REPLAY_DIR: replayDir };
      const cause = Object.entries(said).find(([, text]) => text !== undefined)?.[0];
      if (backend === undefined && cause !== undefined) {
        const allowed = cause === "REPLAY_DIR" ? "replay" : "openai";
        return refuse("BACKEND", `${allowed} or heuristic, since ${name(cause)} is set`);
      }
      if (backend === "replay" && replayDir === undefined) {
        return refuse("REPLAY_DIR", "a directory of recorded conversations, which replay needs");
      }
      const isModel = backend !== undefined && backend !== "heuristic" && backend !== "replay";
      if (isModel && model === undefined) {
        return refuse("MODEL", `a model's name, which ${backend} needs`);
      }
      const listed = value<string | undefined>("FALLBACK");
      const specs = listed === undefined ? [] : splitPlayers(listed);
      const problem = fallbackProblem(specs);
      if (problem !== undefined) return refuse("FALLBACK", problem);
      const player = playerOf(backend, model, baseUrl, replayDir);
      if (isLastPlayer(player) && player.backend === "replay" && specs.length > 0) {
        return refuse("FALLBACK", "nobody, since a strict replay ends the search");
      }
      return {
        player,
        fallback: specs.flatMap((spec) => parsePlayer(spec) ?? []),
        recordDir: value<string | undefined>("RECORD_DIR"),
        temperature: value<number>("TEMPERATURE"),
        topP: value<number | undefined>("TOP_P"),
        maxOutputTokens: value<number>("MAX_OUTPUT_TOKENS"),
        contextTokens: value<number | undefined>("CONTEXT_TOKENS"),
        timeoutMs: value<number>("TIMEOUT_MS"),
        retries: value<number>("RETRIES"),
        breakerFailures: value<number>("BREAKER_FAILURES"),
        breakerOpenMs: value<number>("BREAKER_OPEN_MS"),
        prompts: value<string>("PROMPTS"),
      };
    });
}

/** The player of values that were found whole. */
function playerOf(
  backend: PlayerSpec["backend"] | undefined,
  model: string | undefined,
  baseUrl: string | undefined,
  replayDir: string | undefined,
): PlayerSpec {
  if (backend === "replay" && replayDir !== undefined) return { backend, replayDir };
  if (backend === undefined || backend === "heuristic" || backend === "replay") {
    return { backend: "heuristic" };
  }
  return { backend, model: model ?? "", ...(baseUrl === undefined ? {} : { baseUrl }) };
}
