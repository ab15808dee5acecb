import { defaultSearchConfig, presets, type SearchConfig } from "@collm/search";
import { type Html, html } from "../html/markup.js";
import type { SearchResult } from "../result/schema.js";
import type { ReportSource } from "./report-source.js";

interface CommandLine {
  readonly purpose: Html;
  readonly line: string;
}

/** The commands that go on from the search or repeat it. */
export function commands({ view, result, options }: ReportSource): readonly CommandLine[] {
  const { runDirectory, supernetManifest, command } = options;
  const run = shellWord(runDirectory);
  const architecture = shellWord(`${runDirectory}/best/architecture.json`);
  const resume: CommandLine = {
    purpose: html`Go on with the search from its journal:`,
    line: `${command} resume ${run}`,
  };
  const evaluate: CommandLine = {
    purpose: html`Evaluate the winner again:`,
    line: `${command} subnet evaluate --supernet ${shellWord(supernetManifest)} --architecture ${architecture}`,
  };
  const isTestOpened = view.state.testOpened !== undefined;
  return [
    ...(result.status === "finished" ? [] : [resume]),
    ...(result.best ? [evaluate] : []),
    {
      purpose: html`Write this report again from the journal:`,
      line: `${command} report ${run}`,
    },
    {
      purpose: repetitionPurpose(result),
      line: repetition(view.started.config, result, isTestOpened, options),
    },
  ];
}

function repetitionPurpose({ roles, forkedFrom }: SearchResult): Html {
  const kinds = Object.values(roles).map(({ kind }) => kind);
  const isModel = kinds.some((kind) => kind !== "heuristic");
  return html`Search again from the start${forkedFrom && html`, without what was taken over from ${forkedFrom.searchId}`}${
    isModel &&
    html`; put in the endpoint for <code>BASE_URL</code>. A language model may answer differently each time`
  }:`;
}

/**
 * `collm search` with everything that determines a search. What has no flag stands before it as
 * variables of the environment, where it is not as the preset has it.
 */
function repetition(
  config: SearchConfig,
  { roles }: SearchResult,
  isTestOpened: boolean,
  { command, supernetManifest }: ReportSource["options"],
): string {
  const { limits } = config;
  const isPipelined = config.staleness > 0;
  const words: readonly (readonly [flag: string, value: string | number | undefined])[] = [
    ["--supernet", supernetManifest],
    ["--searcher", config.searcher],
    ["--preset", config.preset],
    ["--seed", config.seed],
    ["--max-flops", limits.maxFlops],
    ["--max-macs", limits.maxMacs],
    ["--max-params", limits.maxParams],
    ["--target", config.targetTop1Percent],
    ["--budget", config.budget],
    ["--iterations", config.iterations],
    ["--candidates", config.candidatesPerIteration],
    ["--max-llm-tokens", config.maxLlmTokens],
    ["--max-llm-cost", config.maxLlmCost],
    ["--staleness", isPipelined ? config.staleness : undefined],
    ["--result-share", isPipelined ? config.resultShare : undefined],
    ["--sub-batches", isPipelined ? config.subBatches : undefined],
    ...llmSpecs(roles).map((spec) => ["--llm", spec] as const),
  ];
  const flags = words.flatMap(([flag, value]) =>
    value === undefined ? [] : [`${flag} ${shellWord(String(value))}`],
  );
  return [
    ...settingsWithoutFlags(config),
    command,
    "search",
    ...flags,
    ...(isTestOpened ? [] : ["--no-test"]),
  ].join(" ");
}

/**
 * One word per role, or one for all. The journal has no address of a model; of several players
 * the first is the one of the start.
 */
function llmSpecs(roles: SearchResult["roles"]): readonly string[] {
  const players = Object.entries(roles).map(([role, { backend }]) => {
    const [first = ""] = backend.split(", then ");
    // `vllm:qwen3@gpu:8000 prompts 1a2b3c4d`
    const [player = ""] = first.split(" prompts ");
    const model = player.replace(/@[\w.-]+(:\d+)?$/, "");
    const isElsewhere = model !== player || model.startsWith("openai:");
    return { role, spec: isElsewhere ? `${model}@BASE_URL` : model };
  });
  const specs = new Set(players.map(({ spec }) => spec));
  return specs.size === 1 ? [...specs] : players.map(({ role, spec }) => `${role}=${spec}`);
}

/** Keys of the configuration file that flags do not have. */
const keysWithoutFlag = [
  "overLimit",
  "repair",
  "finalStrategy",
  "navigatorMemory",
  "generatorMemory",
  "visitedHints",
  "rejectionFeedback",
  "costHints",
] as const satisfies readonly (keyof SearchConfig)[];

/** Sections of the configuration file that belong to one searcher. */
const sections = ["evolution", "ageing", "localSearch", "reinforce"] as const;

function settingsWithoutFlags(config: SearchConfig): readonly string[] {
  const known = new Map<string, Partial<SearchConfig>>(Object.entries(presets[config.searcher]));
  const preset = { ...defaultSearchConfig(config.searcher), ...known.get(config.preset) };
  const settings = [
    ...keysWithoutFlag.map((key) => [key, config[key], preset[key]] as const),
    ...sections.flatMap((section) => {
      const usual = new Map<string, unknown>(Object.entries(preset[section]));
      return Object.entries(config[section]).map(
        ([key, value]) => [`${section}.${key}`, value, usual.get(key)] as const,
      );
    }),
  ];
  return settings
    .filter(([, value, usually]) => value !== undefined && value !== usually)
    .map(([key, value]) => `${variableOf(key)}=${shellWord(String(value))}`);
}

/** `COLLM_SEARCH_OVER_LIMIT` for `overLimit`. */
function variableOf(key: string): string {
  return `COLLM_SEARCH_${key.replace(/[A-Z]/g, "_$&").replaceAll(".", "_").toUpperCase()}`;
}

/** Quotes a word for a POSIX shell where it needs quotes. */
function shellWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
