import { defaultSearchConfig } from "@collm/search";
import { z } from "zod";
import { readRoleEnv } from "../src/role-env.js";
import { runtimeEnvSchema } from "../src/runtime-env.js";
import { variableOf } from "../src/search-environment.js";
import { searchFileSchema } from "../src/search-file.js";

/*
 * Prints docs/configuration.md from the schema of the search configuration file, the defaults of
 * the searchers and those of the services' environment. Run by `pnpm generate`.
 */

/** Flags of `collm search` that set a key; a test of the command line compares them with its own. */
const flags: Readonly<Record<string, string>> = {
  supernet: "--supernet",
  searcher: "--searcher",
  preset: "--preset",
  seed: "--seed",
  maxFlops: "--max-flops",
  maxMacs: "--max-macs",
  maxParams: "--max-params",
  target: "--target",
  budget: "--budget",
  iterations: "--iterations",
  candidatesPerIteration: "--candidates",
  maxLlmTokens: "--max-llm-tokens",
  maxLlmCost: "--max-llm-cost",
  staleness: "--staleness",
  resultShare: "--result-share",
  subBatches: "--sub-batches",
  repair: "--repair",
  isomorphs: "--isomorphs",
  permuteOperators: "--permute-operators",
  "evaluator.realTime": "--real-time",
  navigatorMemory: "--navigator-memory",
  generatorMemory: "--generator-memory",
  prompts: "--prompts",
  "evolution.minParams": "--min-params",
  "navigator.backend": "--llm",
  "navigator.baseUrl": "--llm",
  "navigator.model": "--llm",
  "generator.backend": "--llm",
  "generator.baseUrl": "--llm",
  "generator.model": "--llm",
  "navigator.replayDir": "--llm",
  "generator.replayDir": "--llm",
  "navigator.recordDir": "--record",
  "generator.recordDir": "--record",
  "navigator.fallback": "--llm",
  "generator.fallback": "--llm",
};

const search = defaultSearchConfig("collm");
const runtime = runtimeEnvSchema.parse({});

/** What holds where no source says anything; a key that is not here is then unset. */
const defaults: Readonly<Record<string, unknown>> = {
  ...search,
  prompts: "default",
  ...withPrefix("ageing", search.ageing),
  ...withPrefix("localSearch", search.localSearch),
  ...withPrefix("reinforce", search.reinforce),
  ...withPrefix("evolution", { algorithm: "elitist", ...search.evolution }),
  ...withPrefix("navigator", { ...roleDefaults("navigator"), contextTokens: 20_000 }),
  ...withPrefix("generator", roleDefaults("generator")),
  ...withPrefix("evaluator", {
    provider: runtime.executionProvider,
    allowTf32: runtime.allowTf32,
    // Not from the schema, where they depend on the images and on the machine.
    batchSize: "16, fewer of large images on a CPU",
    workers: "2, or 1 on one core",
    threadsPerWorker: 1,
  }),
};

function roleDefaults(role: "navigator" | "generator"): Record<string, unknown> {
  const prefix = `COLLM_${role.toUpperCase()}_`;
  const env = readRoleEnv(role, { [`${prefix}BACKEND`]: "openai", [`${prefix}MODEL`]: "any" });
  if (env.backend === "heuristic") return {};
  const { endpoints, ...asking } = env;
  return { ...asking, backend: readRoleEnv(role, {}).backend };
}

function withPrefix(section: string, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${section}.${key}`, value]),
  );
}

/** The parts of JSON Schema that the configuration file uses. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

function typeWords(schema: Schema): string {
  if (schema.type === "array") return "list, in a variable with commas";
  if (schema.type === "object") return "object";
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  // A count is the only thing that may be a number or a text.
  if (Array.isArray(schema.type)) return "count, e.g. `330M`, `1.2M`, `900000`";
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.type === "integer" || schema.type === "number") return numberWords(schema);
  return schema.format === "uri" ? "URL" : "text";
}

function numberWords({ type, minimum, exclusiveMinimum, maximum }: Schema): string {
  const noun = type === "integer" ? "whole number" : "number";
  const isOpen = exclusiveMinimum !== undefined && type === "number";
  const from = minimum ?? (type === "integer" ? 1 : exclusiveMinimum);
  const low = isOpen ? `above ${exclusiveMinimum}` : `from ${from}`;
  const high = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : ` to ${maximum}`;
  return `${noun} ${low}${high}`;
}

const heads = ["key", "meaning", "type", "default", "environment variable", "flag"] as const;

function row(path: readonly string[], schema: Schema): readonly string[] {
  const key = path.join(".");
  if (schema.description === undefined) throw new Error(`${key} has no description`);
  const value = defaults[key];
  return [
    code(key),
    schema.description,
    typeWords(schema),
    // A default with a space in it is words.
    value === undefined || String(value).includes(" ") ? String(value ?? "") : code(String(value)),
    code(variableOf(path)),
    flags[key] === undefined ? "" : code(flags[key]),
  ];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** With cells as wide as their column, as the formatter wants them. */
function table(
  properties: NonNullable<Schema["properties"]>,
  section: readonly string[] = [],
): string {
  const rows = Object.entries(properties).map(([name, schema]) => row([...section, name], schema));
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((cells) => cells[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}

const schema: Schema = z.toJSONSchema(searchFileSchema, { io: "input", unrepresentable: "any" });
const entries = Object.entries(schema.properties ?? {});
const single = Object.fromEntries(entries.filter(([, { properties }]) => !properties));

const sectionWords: Readonly<Record<string, string>> = {
  evolution: "Only for the searcher `evolution`; a preset may change these.",
  ageing: "Only for the searcher `ageing-evolution`.",
  localSearch: "Only for the searcher `local-search`.",
  reinforce: "Only for the searcher `reinforce`.",
  navigator:
    "What is not set here comes from `COLLM_NAVIGATOR_*`, whose defaults these are. Keys come from the environment, or from the file that `apiKeyFile` names.",
  generator:
    "What is not set here comes from `COLLM_GENERATOR_*`, whose defaults these are. Keys come from the environment, or from the file that `apiKeyFile` names.",
  evaluator:
    "What is not set here comes from the evaluator's own environment, whose defaults these are.",
};

process.stdout.write(`# Search configuration

Generated from the schema in \`packages/config\` by \`pnpm generate\`; do not edit.

Every key of the file that \`collm search --config FILE\` reads. A later source wins, key by key:
defaults < preset < file < environment < flags ([command-line.md](command-line.md#settings-of-a-search) has the details).
Everything is optional but \`supernet\`. Defaults are those of the searcher \`collm\`; searchers without a language
model have no default for \`iterations\`, those that learn from each result ask for fewer candidates at a
time ([searchers.md](searchers.md)), and a preset may change more.

${table(single)}

${entries
  .flatMap(([name, { properties }]) =>
    properties
      ? [`## \`${name}\`\n\n${sectionWords[name] ?? ""}\n\n${table(properties, [name])}`]
      : [],
  )
  .join("\n\n")}
`);
