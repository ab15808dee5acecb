import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RankEnv, readRankEnv } from "@collm/config";
import { CollmError } from "@collm/errors";
import { createOpenAiBackend, type PromptSet } from "@collm/llm";
import {
  type Asked,
  askTrials,
  drawTrials,
  loadRankingPrompts,
  openExchangeFile,
  type Pool,
  type ProtocolReport,
  type RankingSettings,
  reportLines,
  reportProtocol,
  scoreLines,
  type Trial,
} from "@collm/ranking";
import type { Command } from "commander";
import { type ModelSpec, parseModelSpec } from "../llm-spec.js";
import { type Output, processOutput } from "../output.js";
import { openRankingSource, type RankingSource } from "../ranking-pool.js";
import { stopSignal } from "../stop-signal.js";
import { type RankFlags, type RankRequest, readRankFlags } from "./rank-flags.js";

/** Adds `collm rank` to the program. */
export function addRankCommand(program: Command): void {
  program
    .command("rank")
    .description("how well a language model ranks architectures blind, next to trivial scores")
    .requiredOption(
      "--supernet <manifest>",
      "manifest of a table, of which all accuracies are known",
    )
    .option("--llm <spec>", "KIND:MODEL@BASE_URL; without it only the trivial scores rank")
    .option("--protocol <name>", "deciles, top-decile or both", "both")
    .option("--trials <n>", "trials of each protocol", "40")
    .option("--candidates <n>", "architectures in a trial", "10")
    .option("--seed <n>", "seed of the draws", "0")
    .option("--split <name>", "accuracies to rank by: validation or test", "validation")
    .option("--permute-operators <seed>", "give operators letters in prompts")
    .option("--fixed", "show the same architectures in all trials, in other orders")
    .option("--concurrency <n>", "requests under way at once", "4")
    .option("--out <dir>", "directory of results and exchanges (default with --llm runs/rank-…)")
    .option("--json", "print the results as JSON to standard output")
    .action(async (flags: RankFlags) => {
      const isComplete = await rankFromFlags(flags, processOutput);
      process.exitCode = isComplete ? 0 : 1;
    });
}

/** A model to ask, and all that its answers depend on. */
interface Rater {
  readonly model: ModelSpec;
  readonly env: RankEnv;
  readonly prompts: PromptSet;
  readonly settings: RankingSettings;
}

/** Runs `collm rank`. False where trials are left without an answer. */
export async function rankFromFlags(flags: RankFlags, output: Output): Promise<boolean> {
  const request = readRankFlags(flags);
  const model = request.llm === undefined ? undefined : parseModelSpec(request.llm);
  const env = model && readRankEnv(process.env, model.baseUrl);
  const source = await openRankingSource(request.supernet, request.split, request.permuteOperators);
  const drawn = request.protocol.map((protocol) => drawFor(request, source.pool, protocol));
  const rater = model && env && (await createRater(request, source, model, env));
  const out = request.out ?? (rater && join("runs", `rank-${digestOf(rater.settings)}`));
  output.say(
    rater
      ? `${rater.model.model} ranks ${source.name}, exchanges in ${join(out ?? "", "exchanges.jsonl")}`
      : "no --llm: trivial scores only, as there is no built-in stand-in for a model here",
  );
  const asked =
    rater && out ? await ask(request, source.pool, drawn.flat(), rater, out, output) : undefined;
  const reports = drawn.map((trials) => reportProtocol(source.pool, trials, asked?.records));
  await tell(request, source, reports, { rater, asked, out, output });
  return reports.every((report) => (report.model?.unanswered ?? 0) === 0);
}

function drawFor(request: RankRequest, pool: Pool, protocol: RankRequest["protocol"][number]) {
  const { seed, candidates, fixed, trials } = request;
  try {
    return drawTrials(pool, protocol, { seed, candidates, isFixed: fixed }, trials);
  } catch (error) {
    if (!(error instanceof CollmError)) throw error;
    throw new CollmError(error.code, `--${error.message}`, { cause: error });
  }
}

async function createRater(
  request: RankRequest,
  source: RankingSource,
  model: ModelSpec,
  env: RankEnv,
): Promise<Rater> {
  const prompts = await loadRankingPrompts(env.prompts);
  const settings = {
    model: model.model,
    endpoint: model.baseUrl ?? null,
    temperature: env.temperature,
    maxOutputTokens: env.maxOutputTokens,
    prompts: prompts.digest,
    table: source.digest,
    dataSet: source.dataSet,
    epochs: source.epochs,
    split: request.split,
    seed: request.seed,
    candidates: request.candidates,
    fixed: request.fixed,
    permuteOperators: request.permuteOperators ?? null,
  };
  return { model, env, prompts, settings };
}

/** Short name of settings, so that the same command finds its own answers again. */
function digestOf(settings: RankingSettings): string {
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 12);
}

async function ask(
  request: RankRequest,
  pool: Pool,
  trials: readonly Trial[],
  { model, env, prompts, settings }: Rater,
  out: string,
  output: Output,
): Promise<Asked> {
  const signal = stopSignal({ notice: (line) => output.say(line), end: () => undefined });
  const file = await openExchangeFile(join(out, "exchanges.jsonl"), settings);
  if (file.records.length > 0) {
    output.say(`going on with ${file.records.length} trials that were asked before`);
  }
  try {
    return await askTrials(trials, file, {
      backend: await createOpenAiBackend({
        kind: model.backend,
        model: model.model,
        baseUrl: model.baseUrl,
        apiKey: env.apiKey,
        timeoutMs: env.timeoutMs,
      }),
      prompts,
      space: pool.space,
      temperature: env.temperature,
      maxOutputTokens: env.maxOutputTokens,
      concurrency: request.concurrency,
      signal,
      onTrial: ({ protocol, trial, verdict }) =>
        output.say(
          `${protocol}, trial ${trial + 1}: ${verdict.kind === "ranked" ? "ranked" : `${verdict.kind}, ${verdict.reason}`}`,
        ),
    });
  } finally {
    await file.close();
  }
}

interface Telling {
  readonly rater: Rater | undefined;
  readonly asked: Asked | undefined;
  readonly out: string | undefined;
  readonly output: Output;
}

/** Says, prints and writes the results. */
async function tell(
  request: RankRequest,
  source: RankingSource,
  reports: readonly ProtocolReport[],
  { rater, asked, out, output }: Telling,
): Promise<void> {
  const { name, dataSet, epochs, digest } = source;
  const { split, seed, candidates, fixed } = request;
  const lines = [
    `# Ranking ${candidates} architectures of ${name} by ${split} accuracy`,
    "",
    ...reports.flatMap((report) => [...reportLines(report, rater?.model.model), ""]),
    "Trivial scores, the larger the better:",
    "",
    ...scoreLines(),
  ];
  const result = {
    v: 1,
    supernet: { name, dataSet, epochs, digest },
    split,
    seed,
    candidates,
    fixed,
    permuteOperators: request.permuteOperators ?? null,
    llm: rater ? rater.settings : null,
    stopped: asked?.stopped ?? null,
    protocols: reports,
  };
  const json = JSON.stringify(result, null, 2);
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    await writeFile(join(out, "ranking.md"), `${lines.join("\n")}\n`);
    await writeFile(join(out, "ranking.json"), `${json}\n`);
  }
  for (const line of lines) output.say(line);
  if (request.json) output.print(json);
  const unanswered = reports.reduce((sum, { model }) => sum + (model?.unanswered ?? 0), 0);
  if (unanswered === 0) return;
  const why = asked?.stopped === undefined ? "" : `, since ${asked.stopped}`;
  output.say(`collm: ${unanswered} trials have no answer${why}; the same command asks for them`);
}
