import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoordinatorClient } from "@collm/cli";
import { TestNatsServer } from "@collm/events/testing";
import { EvaluatorServiceClient } from "@collm/proto";
import { callUnary, connect, fromProtoSupernet } from "@collm/rpc";
import type { SpaceSpec } from "@collm/search-space";
import { startFaultyEndpoint } from "../llm-faults/faulty-endpoint.js";
import { landscapeManifest } from "../support/collm.js";
import { OtlpReceiver } from "../support/otlp-receiver.js";
import { Service, type ServiceName } from "../support/service.js";

/** What the test has in hand besides the services. */
interface Around {
  readonly models: { isFree: Promise<void> };
  /** Ends everything that was started, the last first. */
  readonly closers: readonly (() => Promise<unknown>)[];
}

/**
 * nats-server, the four services with language models, and a collector that gets their traces; the
 * Generator's conversations too.
 */
export class ObservedDeployment {
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly collector: OtlpReceiver;
  /** `HOST:PORT` of each, which a restart keeps. */
  readonly metricsPages: Readonly<Record<ServiceName, string>>;
  readonly client: CoordinatorClient;
  readonly #around: Around;

  private constructor(
    seen: Pick<ObservedDeployment, "services" | "collector" | "metricsPages">,
    around: Around,
  ) {
    this.services = seen.services;
    this.collector = seen.collector;
    this.metricsPages = seen.metricsPages;
    this.client = new CoordinatorClient(seen.services.coordinator.address, undefined);
    this.#around = around;
  }

  static async start(): Promise<ObservedDeployment> {
    const closers: (() => Promise<unknown>)[] = [];
    try {
      return await ObservedDeployment.#start(closers);
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  static async #start(closers: (() => Promise<unknown>)[]): Promise<ObservedDeployment> {
    const folder = await mkdtemp(join(tmpdir(), "collm-observed-"));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const collector = await OtlpReceiver.start();
    closers.push(() => collector.close());
    const nats = await TestNatsServer.start();
    closers.push(() => nats.stop());
    const ports = {
      ...{ navigator: await freePort(), generator: await freePort() },
      ...{ coordinator: await freePort(), evaluator: await freePort() },
    };
    const start = async (name: ServiceName, env: Readonly<Record<string, string>>) => {
      const service = await Service.start({
        name,
        env: { COLLM_METRICS_PORT: String(ports[name]), ...collector.env, ...env },
        logFile: join(folder, `${name}.log`),
      });
      closers.push(() => service.stop());
      return service;
    };
    const queue = { COLLM_NATS_URL: nats.url, COLLM_LEASE_MS: "1500" };
    const evaluator = await start("evaluator", { ...queue, COLLM_SUPERNETS: landscapeManifest });
    const models = { isFree: Promise.resolve() };
    const endpoint = await startFaultyEndpoint(await describeSpace(evaluator.address), {
      ...{ role: "generator", rate: 0, seed: 1 },
      until: () => models.isFree,
    });
    closers.push(() => endpoint.close());
    const navigator = await start("navigator", modelEnv("NAVIGATOR", endpoint.baseUrl));
    const generator = await start("generator", {
      ...modelEnv("GENERATOR", endpoint.baseUrl),
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    });
    const coordinator = await start("coordinator", {
      ...queue,
      COLLM_NAVIGATOR_ADDRESS: navigator.address,
      COLLM_GENERATOR_ADDRESS: generator.address,
      COLLM_EVALUATOR_ADDRESS: evaluator.address,
    });
    const services = { navigator, generator, coordinator, evaluator };
    const pages = Object.entries(ports).map(([name, port]) => [name, `127.0.0.1:${port}`]);
    return new ObservedDeployment(
      { services, collector, metricsPages: Object.fromEntries(pages) },
      { models, closers },
    );
  }

  /** Lets models answer nobody until the function that is returned is called. */
  holdModels(): () => void {
    let release = (): void => undefined;
    this.#around.models.isFree = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  async stop(): Promise<void> {
    this.client.close();
    await closeAll(this.#around.closers);
  }
}

async function closeAll(closers: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closers.toReversed()) await close();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function modelEnv(role: string, baseUrl: string): Readonly<Record<string, string>> {
  return {
    [`COLLM_${role}_BACKEND`]: "vllm",
    [`COLLM_${role}_MODEL`]: "qwen3",
    [`COLLM_${role}_BASE_URL`]: baseUrl,
  };
}

async function describeSpace(evaluatorAddress: string): Promise<SpaceSpec> {
  const client = connect(EvaluatorServiceClient, evaluatorAddress);
  const { supernet } = await callUnary(client, "describeSupernet", { name: "landscape" });
  client.close();
  if (!supernet) throw new Error("the evaluator described no supernet");
  return fromProtoSupernet(supernet).space;
}
