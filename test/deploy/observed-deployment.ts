import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoordinatorClient } from "@collm/cli";
import { TestNatsServer } from "@collm/events/testing";
import { EvaluatorServiceClient } from "@collm/proto";
import { callUnary, connect, fromProtoSupernet } from "@collm/rpc";
import type { SpaceSpec } from "@collm/search-space";
import { type FaultyEndpoint, startFaultyEndpoint } from "../llm-faults/faulty-endpoint.js";
import { landscapeManifest } from "../support/collm.js";
import { OtlpReceiver } from "../support/otlp-receiver.js";
import { Service, type ServiceName } from "../support/service.js";

/** nats-server, the four services with language models, and a collector that gets their traces. */
export class ObservedDeployment {
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly collector: OtlpReceiver;
  readonly client: CoordinatorClient;
  readonly #endpoint: FaultyEndpoint;
  readonly #nats: TestNatsServer;
  readonly #folder: string;

  private constructor(
    services: Readonly<Record<ServiceName, Service>>,
    collector: OtlpReceiver,
    endpoint: FaultyEndpoint,
    nats: TestNatsServer,
    folder: string,
  ) {
    this.services = services;
    this.collector = collector;
    this.client = new CoordinatorClient(services.coordinator.address);
    this.#endpoint = endpoint;
    this.#nats = nats;
    this.#folder = folder;
  }

  static async start(): Promise<ObservedDeployment> {
    const folder = await mkdtemp(join(tmpdir(), "collm-observed-"));
    const collector = await OtlpReceiver.start();
    const nats = await TestNatsServer.start();
    const start = (name: ServiceName, env: Readonly<Record<string, string>>) =>
      Service.start({
        name,
        env: { COLLM_METRICS_PORT: "0", ...collector.env, ...env },
        logFile: join(folder, `${name}.log`),
      });
    const queue = { COLLM_NATS_URL: nats.url, COLLM_LEASE_MS: "1500" };
    const evaluator = await start("evaluator", { ...queue, COLLM_SUPERNETS: landscapeManifest });
    const spec = await describeSpace(evaluator.address);
    const endpoint = await startFaultyEndpoint(spec, { role: "generator", rate: 0, seed: 1 });
    const [navigator, generator] = await Promise.all([
      start("navigator", modelEnv("NAVIGATOR", endpoint.baseUrl)),
      start("generator", modelEnv("GENERATOR", endpoint.baseUrl)),
    ]);
    const coordinator = await start("coordinator", {
      ...queue,
      COLLM_NAVIGATOR_ADDRESS: navigator.address,
      COLLM_GENERATOR_ADDRESS: generator.address,
      COLLM_EVALUATOR_ADDRESS: evaluator.address,
    });
    const services = { navigator, generator, coordinator, evaluator };
    return new ObservedDeployment(services, collector, endpoint, nats, folder);
  }

  async stop(): Promise<void> {
    this.client.close();
    await Promise.all(Object.values(this.services).map((service) => service.stop()));
    await this.#nats.stop();
    await this.#endpoint.close();
    await this.collector.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
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
