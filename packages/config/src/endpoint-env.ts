import { CollmError } from "@collm/errors";
import { z } from "zod";
import {
  apiKey,
  decimal,
  type Env,
  integer,
  jsonObject,
  oneOf,
  readEnv,
  text,
} from "./env-values.js";
import type { endpointKinds, PlayerSpec } from "./player-spec.js";
import { ranges } from "./ranges.js";
import { readKeyFile, readTextFile } from "./text-file.js";

/** How much a model reasons before it answers. */
export const reasoningLevels = ["off", "on", "minimal", "low", "medium", "high"] as const;

/** A model at an endpoint, as the environment describes it. */
export interface EndpointEnv {
  readonly kind: (typeof endpointKinds)[number];
  /** Of an OpenAI-compatible endpoint; absent means the kind's own. */
  readonly baseUrl?: string | undefined;
  readonly model: string;
  /** Never logged. Local endpoints need none. */
  readonly apiKey?: string | undefined;
  /** Azure's `api-version`. */
  readonly apiVersion?: string | undefined;
  /** PEM certificates of authorities that are trusted beside the usual ones. */
  readonly caCertificates?: string | undefined;
  readonly reasoning?: (typeof reasoningLevels)[number] | undefined;
  /** Fields added to each request. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** Money for a million tokens. */
  readonly price?:
    | { readonly input: number; readonly cachedInput?: number | undefined; readonly output: number }
    | undefined;
  readonly limits: {
    readonly maxConcurrent?: number | undefined;
    readonly requestsPerMinute?: number | undefined;
    readonly tokensPerMinute?: number | undefined;
  };
}

/** Beside who is asked: everything else about an endpoint, by the end of its variable. */
const settingsShape = {
  API_KEY: apiKey().optional(),
  API_KEY_FILE: text("a file with a key").optional(),
  API_VERSION: text("a version such as 2024-10-21").optional(),
  CA_FILE: text("a file with certificates").optional(),
  REASONING: oneOf(reasoningLevels).optional(),
  EXTRA_BODY: jsonObject().optional(),
  PRICE_INPUT: decimal(...ranges.price).optional(),
  PRICE_CACHED_INPUT: decimal(...ranges.price).optional(),
  PRICE_OUTPUT: decimal(...ranges.price).optional(),
  MAX_CONCURRENT: integer(...ranges.maxConcurrent).optional(),
  REQUESTS_PER_MINUTE: integer(...ranges.perMinute).optional(),
  TOKENS_PER_MINUTE: integer(...ranges.perMinute).optional(),
};
const settingsSchema = z.object(settingsShape);

/** Ends of the variables of an endpoint. */
export const endpointSuffixes: readonly string[] = Object.keys(settingsShape);

export type EndpointSettings = z.infer<typeof settingsSchema>;

/**
 * Reads what is said of an endpoint under a prefix: `_API_KEY` or `_API_KEY_FILE`, `_API_VERSION`,
 * `_CA_FILE`, `_REASONING`, `_EXTRA_BODY` (JSON), `_PRICE_INPUT`, `_PRICE_CACHED_INPUT` and `_PRICE_OUTPUT`
 * (money for a million tokens), `_MAX_CONCURRENT`, `_REQUESTS_PER_MINUTE` and `_TOKENS_PER_MINUTE`.
 *
 * @param prefix e.g. `COLLM_NAVIGATOR_`
 * @throws CollmError invalid-argument that names every wrong variable, its value unless it is a key, and
 * what is allowed
 */
export function readEndpointSettings(prefix: string, env: Env): EndpointSettings {
  return readEnv(prefixed(prefix), env);
}

/**
 * The endpoint of a player, with the files read that its settings name.
 *
 * @throws CollmError that names the variable and what is wrong with it
 */
export function endpointOf(
  prefix: string,
  player: Extract<PlayerSpec, { readonly model: string }>,
  said: EndpointSettings,
): EndpointEnv {
  const refuse = (suffix: string, message: string): never => {
    throw new CollmError("invalid-argument", `${prefix}${suffix}: ${message}`);
  };
  if (said.API_KEY !== undefined && said.API_KEY_FILE !== undefined) {
    refuse(
      "API_KEY_FILE",
      `got "${said.API_KEY_FILE}", allowed is nothing beside ${prefix}API_KEY`,
    );
  }
  if (player.backend === "azure" && player.baseUrl === undefined) {
    refuse("BASE_URL", "is not set, allowed is the URL of the resource, which azure needs");
  }
  return {
    kind: player.backend,
    baseUrl: player.baseUrl,
    model: player.model,
    apiKey:
      said.API_KEY_FILE === undefined
        ? said.API_KEY
        : readKeyFile(`${prefix}API_KEY_FILE`, said.API_KEY_FILE),
    apiVersion: said.API_VERSION,
    caCertificates:
      said.CA_FILE === undefined ? undefined : readTextFile(`${prefix}CA_FILE`, said.CA_FILE),
    reasoning: said.REASONING,
    extraBody: said.EXTRA_BODY,
    price: priceOf(said, refuse),
    limits: {
      maxConcurrent: said.MAX_CONCURRENT,
      requestsPerMinute: said.REQUESTS_PER_MINUTE,
      tokensPerMinute: said.TOKENS_PER_MINUTE,
    },
  };
}

/** The schema with whole names of variables, whose values come under their ends again. */
function prefixed(prefix: string): z.ZodType<EndpointSettings> {
  const shape = Object.fromEntries(
    Object.entries(settingsShape).map(([suffix, schema]) => [prefix + suffix, schema]),
  );
  return z.object(shape).transform((values) => {
    const said = Object.entries(values).map(([name, value]) => [name.slice(prefix.length), value]);
    return Object.fromEntries(said) as EndpointSettings;
  });
}

function priceOf(
  said: EndpointSettings,
  refuse: (suffix: string, message: string) => never,
): EndpointEnv["price"] {
  const { PRICE_INPUT: input, PRICE_CACHED_INPUT: cachedInput, PRICE_OUTPUT: output } = said;
  if (input === undefined && cachedInput === undefined && output === undefined) return undefined;
  const needs = "is not set, allowed is a price, since another one is set";
  if (input === undefined) return refuse("PRICE_INPUT", needs);
  if (output === undefined) return refuse("PRICE_OUTPUT", needs);
  return { input, cachedInput, output };
}
