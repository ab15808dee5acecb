import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnv, readRoleEnv, roleServiceEnvSchema } from "@collm/config";
import { startCoordinator } from "@collm/coordinator";
import { startEvaluator } from "@collm/evaluator";
import { startGenerator } from "@collm/generator";
import { readJournalFile } from "@collm/journal";
import { startNavigator } from "@collm/navigator";
import { CoordinatorServiceClient, EvaluatorServiceClient } from "@collm/proto";
import { callStream, callUnary, connect, fromProtoSupernet, type RunningService } from "@collm/rpc";
import {
  defaultSearchConfig,
  type SearchConfig,
  type SearchEvent,
  type SearcherName,
} from "@collm/search";
import type { SpaceSpec } from "@collm/search-space";
import { createLogger, type Logger } from "@collm/telemetry";
import { landscapeManifest } from "../support/collm.js";
import { checkSearch } from "./check-search.js";
import { type Served, startFaultyEndpoint } from "./faulty-endpoint.js";

export interface LlmFaultsRun {
  readonly searches: number;
  /** Share of calls that fail, 0 to 1. */
  readonly rate: number;
  readonly seed: number;
  /** Evaluations of each search, six to a round. */
  readonly budget: number;
  /** Searches at the same time. */
  readonly jobs: number;
  readonly onProgress?: (done: number) => void;
}

/** One search and what is wrong with it. */
export interface LlmFaultsOutcome {
  readonly searcher: SearcherName;
  /** Who answers where the endpoint does not. */
  readonly fallback: "none" | "heuristic";
  readonly events: readonly SearchEvent[];
  readonly served: readonly Served[];
  readonly seconds: number;
  readonly problems: readonly string[];
}

const common = { host: "127.0.0.1", port: 0, logLevel: "info", drainMs: 2_000 } as const;
const supernet = "landscape";
const fallbacks = ["none", "heuristic"] as const;
const searchers = ["collm", "collm", "sillm", "collm", "collm", "opro"] as const;

/**
 * Searches whose language models fail: the four services in this process, real gRPC and HTTP between
 * them, endpoints and roles of its own for each search, one evaluator for all.
 */
export async function runLlmFaults(run: LlmFaultsRun): Promise<readonly LlmFaultsOutcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "collm-llm-faults-"));
  const evaluator = await startLandscape(folder);
  const evaluatorAddress = addressOf(evaluator);
  const outcomes: LlmFaultsOutcome[] = [];
  try {
    const spec = await describeSpace(evaluatorAddress);
    let begun = 0;
    let done = 0;
    const lane = async (): Promise<void> => {
      for (let number = begun++; number < run.searches; number = begun++) {
        outcomes[number] = await runOne({ run, number, spec, evaluatorAddress, folder });
        run.onProgress?.(++done);
      }
    };
    await Promise.all(Array.from({ length: run.jobs }, lane));
  } finally {
    await evaluator.drain();
    await rm(folder, { recursive: true });
  }
  return outcomes;
}

async function runOne({
  run,
  number,
  spec,
  evaluatorAddress,
  folder: parent,
}: {
  readonly run: LlmFaultsRun;
  readonly number: number;
  readonly spec: SpaceSpec;
  readonly evaluatorAddress: string;
  readonly folder: string;
}): Promise<LlmFaultsOutcome> {
  const seed = run.seed + number;
  const searcher = searchers[number % searchers.length] ?? "collm";
  // Every searcher comes with both.
  const fallback = fallbacks[(number + Math.floor(number / searchers.length)) % 2] ?? "none";
  const folder = join(parent, `search-${number}`);
  await mkdir(folder);
  const secrets = [`planted-variable-${seed}-key`, `planted-file-${seed}-key`] as const;
  const keyFile = join(folder, "key");
  await writeFile(keyFile, `${secrets[1]}\n`);
  const logs: string[] = [];
  const logger = createLogger({
    service: "llm-faults",
    destination: { write: (line: string) => void logs.push(line) },
  });
  const { rate } = run;
  const endpoints = {
    navigator: await startFaultyEndpoint(spec, { role: "navigator", rate, seed }),
    generator: await startFaultyEndpoint(spec, { role: "generator", rate, seed }),
  };
  const env = {
    ...roleVariables("NAVIGATOR", endpoints.navigator.baseUrl, fallback),
    ...roleVariables("GENERATOR", endpoints.generator.baseUrl, fallback),
    COLLM_NAVIGATOR_API_KEY: secrets[0],
    COLLM_GENERATOR_API_KEY_FILE: keyFile,
  };
  const service = readEnv(roleServiceEnvSchema, {});
  const navigator = await startNavigator(service, () => readRoleEnv("navigator", env), logger);
  const generator = await startGenerator(service, () => readRoleEnv("generator", env), logger);
  const coordinator = await startCoordinator(
    {
      ...common,
      navigatorAddress: addressOf(navigator),
      generatorAddress: addressOf(generator),
      evaluatorAddress,
      storage: {
        kind: "files",
        evaluationsDir: join(folder, "evaluations"),
        journals: { kind: "directory", directory: folder },
      },
      pools: ["default"],
      evaluatorWaitMs: 60_000,
      evaluationConcurrency: 4,
      evaluationTimeoutMs: 60_000,
    },
    logger,
  );
  const began = performance.now();
  try {
    await search(addressOf(coordinator), searcher, { seed, budget: run.budget });
    const seconds = (performance.now() - began) / 1_000;
    const pages = await Promise.all([navigator, generator].map(metricsOf));
    const { events } = await readJournalFile(join(folder, "s", "events.jsonl"));
    const served = { navigator: endpoints.navigator.served, generator: endpoints.generator.served };
    const records = logs.join("") + pages.join("");
    const problems = await checkSearch({ events, served, secrets, records });
    const all = [...served.navigator, ...served.generator];
    return { searcher, fallback, events, served: all, seconds, problems };
  } finally {
    for (const running of [coordinator, navigator, generator]) await running.drain();
    for (const endpoint of Object.values(endpoints)) await endpoint.close();
  }
}

/** Short times, so that a call that hangs does not keep the others waiting. */
function roleVariables(role: string, baseUrl: string, fallback: string): Record<string, string> {
  const values = {
    BACKEND: "openai",
    MODEL: "m",
    BASE_URL: baseUrl,
    TIMEOUT_MS: "2000",
    RETRIES: "1",
    BREAKER_OPEN_MS: "300",
    PRICE_INPUT: "1",
    PRICE_OUTPUT: "4",
    ...(fallback === "none" ? {} : { FALLBACK: fallback }),
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`COLLM_${role}_${name}`, value]),
  );
}

/** One search to its end. */
async function search(
  address: string,
  searcher: SearcherName,
  settings: Pick<SearchConfig, "seed" | "budget">,
): Promise<void> {
  const client = connect(CoordinatorServiceClient, address);
  try {
    const config = {
      ...defaultSearchConfig(searcher),
      ...settings,
      candidatesPerIteration: 6,
      iterations: 2 * Math.ceil(settings.budget / 6),
    };
    const searchId = "s";
    await callUnary(client, "startSearch", {
      searchId,
      configJson: JSON.stringify(config),
      supernet,
    });
    for await (const _ of callStream(client, "watchSearch", { searchId, afterSeq: 0 }));
  } finally {
    client.close();
  }
}

function startLandscape(folder: string): Promise<RunningService> {
  const logger: Logger = createLogger({ service: "llm-faults", level: "silent" });
  return startEvaluator(
    {
      ...common,
      supernets: [landscapeManifest],
      store: { kind: "files", evaluationsDir: join(folder, "evaluations") },
      pool: "default",
      deviceSharing: "exclusive",
      runtime: {
        executionProvider: "cpu",
        deviceId: undefined,
        batchSize: undefined,
        allowTf32: false,
      },
      workers: 4,
      threadsPerWorker: 1,
      imageMemoryBytes: 2 ** 20,
      realTime: 0,
      checkpointMs: 0,
      cacheDir: undefined,
    },
    logger,
  );
}

async function describeSpace(address: string): Promise<SpaceSpec> {
  const client = connect(EvaluatorServiceClient, address);
  try {
    const described = await callUnary(client, "describeSupernet", { name: supernet });
    if (!described.supernet) throw new Error("the evaluator described no supernet");
    return fromProtoSupernet(described.supernet).space;
  } finally {
    client.close();
  }
}

function addressOf({ addresses }: RunningService): string {
  return `127.0.0.1:${addresses.port}`;
}

async function metricsOf({ addresses }: RunningService): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${addresses.metricsPort}/metrics`)).text();
}
