import { availableParallelism } from "node:os";
import { z } from "zod";
import { addresses, decimal, integer, list, oneOf, pool, pools, text } from "./env-values.js";
import { checkListening } from "./listening.js";
import { podOf, podShape } from "./pod-env.js";
import { ranges } from "./ranges.js";
import { runtimeEnvShape, toRuntimeEnv } from "./runtime-env.js";
import { type StoreEnv, storeOf, storeShape } from "./store-env.js";
import { type TlsEnv, tlsOf, tlsShape } from "./tls-env.js";

/*
 * The environment of each service. The documentation of a variable is its line here; `readEnv`
 * reads them all at once: `readEnv(evaluatorEnvSchema, process.env)`.
 */

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Largest delay that a Node timer can hold, in milliseconds (24.8 days). */
const maxTimerMs = 2_147_483_647;

const commonShape = {
  /** Interface that gRPC and metrics listen on; 0.0.0.0 in a container. */
  COLLM_HOST: text("a host name or address").default("127.0.0.1"),
  /** Port of gRPC; 0 lets the system choose. */
  COLLM_PORT: integer(0, 65_535).default(0),
  /** Port of /metrics and /healthz; 0 lets the system choose, `off` opens none. */
  COLLM_METRICS_PORT: z
    .union([z.literal("off"), integer(0, 65_535)], "off or a whole number from 0 to 65535")
    .default(0),
  COLLM_LOG_LEVEL: oneOf(logLevels).default("info"),
  /**
   * How long calls under way may take after SIGTERM; less than the pod's grace period. An evaluator
   * that takes checkpoints interrupts evaluations after a tenth of it.
   */
  COLLM_DRAIN_MS: integer(0, maxTimerMs, "milliseconds").default(10_000),
  /**
   * How long a connection may live before its clients look for new replicas; unset means for
   * ever. Needed behind a headless Service, where 300000 suits.
   */
  COLLM_MAX_CONNECTION_AGE_MS: integer(1_000, maxTimerMs, "milliseconds").optional(),
  ...tlsShape,
  /** Whether gRPC in plaintext may be listened for beyond loopback. */
  COLLM_INSECURE: oneOf(["true", "false"]).default("false"),
  /** Port of a second gRPC listener, in plaintext, for health checks only; unset means none. */
  COLLM_HEALTH_PORT: integer(0, 65_535).optional(),
  /** Largest gRPC message that is sent or taken, in MiB; default 16. */
  COLLM_MAX_MESSAGE_MIB: integer(1, 1_024).optional(),
  /** Calls at once over one connection, more wait at the caller; default 1000. */
  COLLM_MAX_CONCURRENT_STREAMS: integer(1, 1_000_000).optional(),
  /** Calls at once over all connections, more are refused; default 10000. */
  COLLM_MAX_CONCURRENT_CALLS: integer(1, 1_000_000).optional(),
  /** How long a call may last if its caller allows more or says nothing; default 86400000, a day. */
  COLLM_MAX_CALL_MS: integer(1_000, maxTimerMs, "milliseconds").optional(),
};

/** What every service is told. */
export interface CommonEnv {
  readonly host: string;
  readonly port: number;
  /** Absent: no metrics page. */
  readonly metricsPort?: number | undefined;
  readonly logLevel: (typeof logLevels)[number];
  readonly drainMs: number;
  readonly maxConnectionAgeMs?: number | undefined;
  /** Absent: plaintext. */
  readonly tls?: TlsEnv | undefined;
  /** Absent: health is told on the main port only. */
  readonly healthPort?: number | undefined;
  /** What is absent is left to the server. */
  readonly limits?: {
    readonly maxMessageBytes?: number | undefined;
    readonly maxConcurrentStreams?: number | undefined;
    readonly maxConcurrentCalls?: number | undefined;
    readonly maxCallMs?: number | undefined;
  };
}

const commonObject = z.object(commonShape);

function toCommonEnv(env: z.infer<typeof commonObject>, context: z.RefinementCtx): CommonEnv {
  const tls = tlsOf(env, context);
  checkListening(
    env.COLLM_HOST,
    {
      // Of an incomplete set that is said already.
      isEncrypted: tls !== undefined || env.COLLM_TLS_CERT_FILE !== undefined,
      isInsecureWanted: env.COLLM_INSECURE === "true",
    },
    context,
  );
  const maxMessageMib = env.COLLM_MAX_MESSAGE_MIB;
  return {
    host: env.COLLM_HOST,
    port: env.COLLM_PORT,
    metricsPort: env.COLLM_METRICS_PORT === "off" ? undefined : env.COLLM_METRICS_PORT,
    logLevel: env.COLLM_LOG_LEVEL,
    drainMs: env.COLLM_DRAIN_MS,
    maxConnectionAgeMs: env.COLLM_MAX_CONNECTION_AGE_MS,
    tls,
    healthPort: env.COLLM_HEALTH_PORT,
    limits: {
      maxMessageBytes: maxMessageMib === undefined ? undefined : maxMessageMib * 2 ** 20,
      maxConcurrentStreams: env.COLLM_MAX_CONCURRENT_STREAMS,
      maxConcurrentCalls: env.COLLM_MAX_CONCURRENT_CALLS,
      maxCallMs: env.COLLM_MAX_CALL_MS,
    },
  };
}

/** Navigator and generator; what is particular to a role is read by `readRoleEnv`. */
export const roleServiceEnvSchema = commonObject.transform(toCommonEnv);

/** The coordinator: where its neighbours are and where it keeps what must survive. */
export const coordinatorEnvSchema = z
  .object({
    ...commonShape,
    /** Of roles that no search here needs there may be none. */
    COLLM_NAVIGATOR_ADDRESS: addresses().optional(),
    COLLM_GENERATOR_ADDRESS: addresses().optional(),
    COLLM_EVALUATOR_ADDRESS: addresses(),
    /** Folder of the journals, one folder per search. */
    COLLM_JOURNAL_DIR: text("a folder").optional(),
    /** Instead: the run directory of the one search that this process serves ... */
    COLLM_RUN_DIR: text("a folder").optional(),
    /** ... and that search's id. */
    COLLM_RUN_SEARCH_ID: text("a search id").optional(),
    ...storeShape,
    /**
     * Pools of evaluators whose queues are there from the start, separated by commas; queues of others are
     * made when work comes for them. Work of which nobody knows who serves it goes to the first.
     */
    COLLM_POOLS: pools().default(["default"]),
    /** Evaluations under way at once, over all searches; evaluators queue what they cannot run. */
    COLLM_EVALUATION_CONCURRENCY: integer(1, 10_000).default(8),
    /**
     * How long a search waits on NATS while no evaluator serves its supernet, before it is interrupted.
     * Where evaluators are scaled to zero: longer than one takes to be scheduled and to load.
     */
    COLLM_EVALUATOR_WAIT_MS: integer(100, 86_400_000, "milliseconds").default(60_000),
    /** How long one evaluation may take, waiting for its turn in the evaluator included. */
    COLLM_EVALUATION_TIMEOUT_MS: integer(1_000, 86_400_000, "milliseconds").default(3_600_000),
  })
  .transform((env, context) => ({
    ...toCommonEnv(env, context),
    navigatorAddress: env.COLLM_NAVIGATOR_ADDRESS,
    generatorAddress: env.COLLM_GENERATOR_ADDRESS,
    evaluatorAddress: env.COLLM_EVALUATOR_ADDRESS,
    storage: storageOf(env, context),
    pools: env.COLLM_POOLS,
    evaluationConcurrency: env.COLLM_EVALUATION_CONCURRENCY,
    evaluatorWaitMs: env.COLLM_EVALUATOR_WAIT_MS,
    evaluationTimeoutMs: env.COLLM_EVALUATION_TIMEOUT_MS,
  }));

/** Where a coordinator keeps journals and results. */
export type StorageEnv =
  | (Extract<StoreEnv, { kind: "files" }> & { readonly journals: JournalsEnv })
  | Extract<StoreEnv, { kind: "nats" }>;

function storageOf(
  env: Parameters<typeof storeOf>[0] & Parameters<typeof journalsOf>[0],
  context: z.RefinementCtx,
): StorageEnv {
  const store = storeOf(env, context);
  return store.kind === "nats" ? store : { ...store, journals: journalsOf(env, context) };
}

/** Where a coordinator's journals are. */
export type JournalsEnv =
  | { readonly kind: "directory"; readonly directory: string }
  | { readonly kind: "single"; readonly runDirectory: string; readonly searchId: string };

function journalsOf(
  env: {
    readonly COLLM_JOURNAL_DIR?: string | undefined;
    readonly COLLM_RUN_DIR?: string | undefined;
    readonly COLLM_RUN_SEARCH_ID?: string | undefined;
  },
  context: z.RefinementCtx,
): JournalsEnv {
  const { COLLM_JOURNAL_DIR, COLLM_RUN_DIR, COLLM_RUN_SEARCH_ID } = env;
  if (COLLM_RUN_DIR === undefined && COLLM_JOURNAL_DIR !== undefined) {
    return { kind: "directory", directory: COLLM_JOURNAL_DIR };
  }
  if (COLLM_JOURNAL_DIR === undefined && COLLM_RUN_DIR !== undefined && COLLM_RUN_SEARCH_ID) {
    return { kind: "single", runDirectory: COLLM_RUN_DIR, searchId: COLLM_RUN_SEARCH_ID };
  }
  context.addIssue({
    code: "custom",
    path: ["COLLM_JOURNAL_DIR"],
    message: "a folder, or COLLM_RUN_DIR and COLLM_RUN_SEARCH_ID instead of it",
  });
  return z.NEVER;
}

/** Threads per worker times workers should not pass the cores; two workers hide graph building. */
const defaultWorkers = Math.min(2, availableParallelism());

/** The evaluator: what it hosts and what it may use. */
export const evaluatorEnvSchema = z
  .object({
    ...commonShape,
    /** Manifest files, separated by commas. */
    COLLM_SUPERNETS: list("manifest files separated by commas"),
    ...storeShape,
    /** Evaluators that share one queue, on NATS; those of a pool should serve the same supernets. */
    COLLM_POOL: pool().default("default"),
    /** Whether others use this evaluator's device too. */
    COLLM_DEVICE_SHARING: oneOf(["exclusive", "shared"]).default("exclusive"),
    ...runtimeEnvShape,
    /** Evaluations at the same time. */
    COLLM_WORKERS: integer(...ranges.workers).default(defaultWorkers),
    COLLM_THREADS_PER_WORKER: integer(...ranges.threadsPerWorker).default(1),
    /** Image sets kept in memory, over all supernets: ImageNet's 10,000 at 224 pixels take 1.5 GB. */
    COLLM_IMAGE_MEMORY_MB: integer(...ranges.imageMemoryMb).default(4_096),
    /** Least time between two checkpoints of an evaluation; 0 takes none. */
    COLLM_CHECKPOINT_MS: integer(0, 3_600_000, "milliseconds").default(5_000),
    /** Share of the time that a table charges for an evaluation that it really takes. */
    COLLM_REAL_TIME: decimal(...ranges.realTime).default(0),
    /** Folder of packed images and converted weights; absent means none is kept. */
    COLLM_CACHE_DIR: text("a folder").optional(),
    ...podShape,
  })
  .transform((env, context) => ({
    ...toCommonEnv(env, context),
    supernets: env.COLLM_SUPERNETS,
    store: storeOf(env, context),
    pool: env.COLLM_POOL,
    deviceSharing: env.COLLM_DEVICE_SHARING,
    runtime: toRuntimeEnv(env),
    workers: env.COLLM_WORKERS,
    threadsPerWorker: env.COLLM_THREADS_PER_WORKER,
    imageMemoryBytes: env.COLLM_IMAGE_MEMORY_MB * 2 ** 20,
    checkpointMs: env.COLLM_CHECKPOINT_MS,
    realTime: env.COLLM_REAL_TIME,
    cacheDir: env.COLLM_CACHE_DIR,
    ...podOf(env, context),
  }));

export type CoordinatorEnv = z.infer<typeof coordinatorEnvSchema>;
export type EvaluatorEnv = z.infer<typeof evaluatorEnvSchema>;
