import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { NavigatorSettings, RoleSettings, SearchSettings } from "@collm/config";
import { imageCacheDirectory } from "../home.js";
import { roleEnvironment } from "./role-environment.js";
import { entryOf, type ServiceName } from "./service-entry.js";
import { Supervised, type SupervisorEvents } from "./supervisor.js";

export interface FleetOptions {
  /** Absolute paths of the manifests that the evaluator hosts. */
  readonly manifests: readonly string[];
  /** Where journals go: one run directory, or a directory of them. */
  readonly journals:
    | { readonly kind: "single"; readonly runDirectory: string; readonly searchId: string }
    | { readonly kind: "directory"; readonly directory: string };
  readonly evaluationsDirectory: string;
  readonly logDirectory: string;
  /** Prompt set of both roles. Absent: each service reads its own environment. */
  readonly prompts?: string | undefined;
  /** Absent: the service reads its own environment and defaults to the heuristic. */
  readonly navigator?: NavigatorSettings | undefined;
  readonly generator?: RoleSettings | undefined;
  readonly evaluator: SearchSettings["evaluator"];
  /** How many of each service; default 1, of roles also 0. More coordinators or evaluators only with NATS. */
  readonly replicas?: Readonly<Partial<Record<ServiceName, number>>> | undefined;
  /** NATS servers, separated by commas: journals and results are kept there, not in folders. */
  readonly nats?: string | undefined;
  /**
   * Whether services use the mutual TLS that the environment names. Default false: plaintext on loopback, so
   * that files that are meant for a coordinator elsewhere do not matter.
   */
  readonly tls?: boolean | undefined;
  /** Port of the coordinator, of several the first in a row; default any. */
  readonly port?: number | undefined;
}

/** Loading weights and generating the demo's images may take a while on a busy machine. */
const startTimeoutMs = 120_000;
const stopGraceMs = 10_000;
/** Empty means unset. */
const plaintext = { COLLM_TLS_CERT_FILE: "", COLLM_TLS_KEY_FILE: "", COLLM_TLS_CA_FILE: "" };

/**
 * The embedded mode: the four services as supervised child processes on loopback. The
 * coordinator starts last, since it is told where the others are, and stops first, so that the
 * journal's last event is written while everybody still answers.
 */
export class Fleet {
  /** By name; of several the others are `evaluator-2` and so on. */
  readonly #services: ReadonlyMap<string, Supervised>;

  private constructor(services: ReadonlyMap<string, Supervised>) {
    this.#services = services;
  }

  static async start(options: FleetOptions, events: SupervisorEvents): Promise<Fleet> {
    await mkdir(options.logDirectory, { recursive: true });
    const services = new Map<string, Supervised>();
    const start = async (
      name: ServiceName,
      env: Record<string, string>,
      as: string = name,
    ): Promise<void> => {
      const logFile = join(options.logDirectory, `${as}.log`);
      const common = {
        ...{ COLLM_HOST: "127.0.0.1", COLLM_PORT: "0", COLLM_METRICS_PORT: "off" },
        // One port would be asked for by all of them.
        COLLM_HEALTH_PORT: "",
        ...(options.tls ? {} : plaintext),
      };
      services.set(
        as,
        await Supervised.start(
          { name, entry: entryOf(name), env: { ...common, ...env }, logFile, startTimeoutMs },
          events,
        ),
      );
    };
    const startAll = (
      name: ServiceName,
      env: Record<string, string>,
      port?: number,
    ): readonly Promise<void>[] =>
      namesOf(name, options.replicas?.[name] ?? 1).map((as, i) =>
        start(name, port === undefined ? env : { ...env, COLLM_PORT: portAfter(port, i) }, as),
      );
    try {
      await allStarted([
        ...startAll("navigator", roleEnvironment("navigator", options.navigator, options.prompts)),
        ...startAll("generator", roleEnvironment("generator", options.generator, options.prompts)),
        ...startAll("evaluator", evaluatorEnvironment(options)),
      ]);
      const addresses = (name: ServiceName): string => addressesIn(services, name).join(",");
      const environment = {
        // Empty means unset.
        COLLM_NAVIGATOR_ADDRESS: addresses("navigator"),
        COLLM_GENERATOR_ADDRESS: addresses("generator"),
        COLLM_EVALUATOR_ADDRESS: addresses("evaluator"),
        ...storeEnvironment(options),
        ...journalEnvironment(options.journals),
      };
      await allStarted(startAll("coordinator", environment, options.port));
      return new Fleet(services);
    } catch (error) {
      await stopAll(services);
      throw error;
    }
  }

  /** Where its replicas are, separated by commas. */
  addressOf(name: ServiceName): string {
    const addresses = addressesIn(this.#services, name);
    if (addresses.length === 0) throw new RangeError(`${name} is not running`);
    return addresses.join(",");
  }

  /** @param name of several the others are `evaluator-2` and so on. */
  pidOf(name: string): number | undefined {
    return this.#services.get(name)?.pid;
  }

  /** Rejects when a service could not be kept alive. */
  get givenUp(): Promise<never> {
    return Promise.race([...this.#services.values()].map((service) => service.givenUp));
  }

  stop(): Promise<void> {
    return stopAll(this.#services);
  }
}

async function stopAll(services: ReadonlyMap<string, Supervised>): Promise<void> {
  const coordinators = replicasIn(services, "coordinator");
  await Promise.all(coordinators.map((service) => service.stop(stopGraceMs)));
  await Promise.all([...services.values()].map((service) => service.stop(stopGraceMs)));
}

/** Waits until all have ended: a half-started child must not be forgotten. Throws what one threw. */
async function allStarted(starts: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(starts);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

const inOrder = new Intl.Collator("en", { numeric: true });

function replicasIn(
  services: ReadonlyMap<string, Supervised>,
  name: ServiceName,
): readonly Supervised[] {
  // They came up in any order.
  return [...services]
    .filter(([as]) => as === name || as.startsWith(`${name}-`))
    .toSorted(([a], [b]) => inOrder.compare(a, b))
    .map(([, service]) => service);
}

function addressesIn(
  services: ReadonlyMap<string, Supervised>,
  name: ServiceName,
): readonly string[] {
  return replicasIn(services, name).map(({ address }) => address);
}

function portAfter(first: number, i: number): string {
  return String(first === 0 ? 0 : first + i);
}

function namesOf(name: ServiceName, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}-${i + 1}`));
}

/** Empty means unset: services inherit this process's environment. */
function storeEnvironment({ evaluationsDirectory, nats }: FleetOptions): Record<string, string> {
  return nats === undefined
    ? { COLLM_EVALUATIONS_DIR: evaluationsDirectory, COLLM_NATS_URL: "" }
    : { COLLM_EVALUATIONS_DIR: "", COLLM_NATS_URL: nats };
}

function evaluatorEnvironment(options: FleetOptions) {
  const { manifests, evaluator } = options;
  return withoutUndefined({
    COLLM_SUPERNETS: manifests.join(","),
    ...storeEnvironment(options),
    COLLM_CACHE_DIR: imageCacheDirectory(),
    COLLM_PROVIDER: evaluator.provider,
    COLLM_DEVICE_ID: evaluator.deviceId,
    COLLM_BATCH_SIZE: evaluator.batchSize,
    COLLM_ALLOW_TF32:
      evaluator.allowTf32 === undefined ? undefined : evaluator.allowTf32 ? "on" : "off",
    COLLM_WORKERS: evaluator.workers,
    COLLM_THREADS_PER_WORKER: evaluator.threadsPerWorker,
    COLLM_REAL_TIME: evaluator.realTime,
  });
}

/** Empty means unset: a coordinator takes one kind of journals, so none may be inherited. */
function journalEnvironment(journals: FleetOptions["journals"]): Record<string, string> {
  const isSingle = journals.kind === "single";
  return {
    COLLM_RUN_DIR: isSingle ? journals.runDirectory : "",
    COLLM_RUN_SEARCH_ID: isSingle ? journals.searchId : "",
    COLLM_JOURNAL_DIR: isSingle ? "" : journals.directory,
  };
}

function withoutUndefined(
  record: Readonly<Record<string, string | number | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  );
}
