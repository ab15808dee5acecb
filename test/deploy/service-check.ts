import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  coordinatorEnvSchema,
  type Env,
  evaluatorEnvSchema,
  isServiceVariable,
  readEnv,
  readRoleEnv,
  roleServiceEnvSchema,
  type ServiceName,
  serviceNames,
} from "@collm/config";
import { CollmError } from "@collm/errors";
import { type ContainerProcess, type FileSource, processesOf } from "./container-process.js";
import { type Manifest, ofKind, workloadsOf } from "./manifest.js";

/** Where a role's variables are mounted, one file each. */
const roleDirectory = "/etc/collm/role";

/**
 * What our own programs would not understand of a rendering: entry points that are not there, variables
 * that nobody reads, values that are refused, ports that nobody listens on, neighbours that nobody is.
 */
export function serviceProblems(
  manifests: readonly Manifest[],
  filesOf: FileSource,
): readonly string[] {
  const processes = workloadsOf(manifests).flatMap((workload) =>
    processesOf(workload, filesOf).map((process) => ({ workload, process })),
  );
  return processes.flatMap(({ workload, process }) => {
    const service = serviceOf(process);
    if (service === undefined) return [...process.problems, ...clientProblems(process)];
    const grace = workload.pod.terminationGracePeriodSeconds ?? 0;
    return [
      ...process.problems,
      ...[
        ...imageProblems(service, process),
        ...variableProblems(service, process),
        ...valueProblems(service, process),
        ...pathProblems(process),
        ...portProblems(process),
        ...neighbourProblems(process, manifests),
        ...graceProblems(process, grace),
      ].map((problem) => `${process.title}: ${problem}`),
    ];
  });
}

/** `collm` in the client's pod reads what a coordinator reads of certificates and NATS, and its own home. */
function clientProblems({ title, container, environment }: ContainerProcess): readonly string[] {
  if (container.name !== "client") return [];
  return Object.keys(environment)
    .filter((name) => name.startsWith("COLLM_") && name !== "COLLM_HOME")
    .filter((name) => !isServiceVariable("coordinator", name))
    .map((name) => `${title}: collm does not read ${name}`);
}

/** Which service a container runs; undefined if none of ours. */
export function serviceOf({ command }: ContainerProcess): ServiceName | undefined {
  const [program, entry] = command;
  return serviceNames.find(
    (name) =>
      program === "node" &&
      entry === `services/${name}/dist/main.js` &&
      existsSync(fileURLToPath(new URL(`../../services/${name}/src/main.ts`, import.meta.url))),
  );
}

/** What the process reads: its environment and, over it, its role's files. */
export function settingsOf({ environment, files }: ContainerProcess): Env {
  const role = [...files].filter(([path]) => path.startsWith(`${roleDirectory}/`));
  return {
    ...environment,
    ...Object.fromEntries(
      role.map(([path, text]) => [path.slice(roleDirectory.length + 1), text.trim()]),
    ),
  };
}

/** The image must be the service's, in the version that the repository has. */
function imageProblems(service: ServiceName, { container }: ContainerProcess): readonly string[] {
  const file = new URL(`../../services/${service}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  const images = [service, ...(service === "evaluator" ? ["evaluator-gpu"] : [])].map(
    (name) => `collm-nas/${name}:${version}`,
  );
  const image = container.image ?? "";
  return images.includes(image) ? [] : [`image ${image}, allowed is ${images.join(" or ")}`];
}

function variableProblems(service: ServiceName, process: ContainerProcess): readonly string[] {
  return Object.keys(settingsOf(process))
    .filter((name) => name.startsWith("COLLM_"))
    .filter((name) => !isServiceVariable(service, name))
    .map((name) => `no ${service} reads ${name}`);
}

function valueProblems(service: ServiceName, process: ContainerProcess): readonly string[] {
  // What is read along with the settings lies in the container only; `pathProblems` looks for it.
  const settings = Object.fromEntries(
    Object.entries(settingsOf(process)).filter(
      ([name]) =>
        !/^COLLM_(NAVIGATOR|GENERATOR)_(.*_)?(API_KEY_FILE|CA_FILE|CONFIG_DIR)$/.test(name),
    ),
  );
  const readers: Readonly<Record<ServiceName, () => unknown>> = {
    navigator: () => [readEnv(roleServiceEnvSchema, settings), readRoleEnv("navigator", settings)],
    generator: () => [readEnv(roleServiceEnvSchema, settings), readRoleEnv("generator", settings)],
    coordinator: () => readEnv(coordinatorEnvSchema, settings),
    evaluator: () => readEnv(evaluatorEnvSchema, settings),
  };
  try {
    readers[service]();
    return [];
  } catch (error) {
    return [CollmError.from(error).message];
  }
}

/** Files and folders that settings name must be mounted or in the image, and caches must be writable. */
function pathProblems(process: ContainerProcess): readonly string[] {
  const { files, mounts } = process;
  return Object.entries(settingsOf(process)).flatMap(([name, path = ""]) => {
    if (!name.startsWith("COLLM_") || !path.startsWith("/") || path.startsWith("/app/")) return [];
    const mount = mounts.find((one) => path === one.path || path.startsWith(`${one.path}/`));
    const isThere = mount && (path === mount.path || files.has(path) || !mount.isKnown);
    if (!isThere) return [`${name} names ${path}, which is not mounted`];
    return name === "COLLM_CACHE_DIR" && !mount.isWritable ? [`${name} cannot be written`] : [];
  });
}

/** Ports that the service opens, by the names that the manifests give them. */
const portVariables = {
  grpc: "COLLM_PORT",
  metrics: "COLLM_METRICS_PORT",
  health: "COLLM_HEALTH_PORT",
} as const;

function portProblems({ ports, environment, container }: ContainerProcess): readonly string[] {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const probed = [startupProbe, readinessProbe, livenessProbe].flatMap((probe) =>
    probe?.grpc ? [probe.grpc.port] : [],
  );
  const named = Object.entries(portVariables).flatMap(([name, variable]) =>
    ports[name] === Number(environment[variable])
      ? []
      : [`port ${name} is ${ports[name]}, but ${variable} is ${environment[variable]}`],
  );
  const unknown = Object.keys(ports).filter((name) => !(name in portVariables));
  return [
    ...named,
    ...unknown.map((name) => `nothing listens on a port ${name}`),
    // The main port speaks TLS, which the probes of kubelet do not.
    ...probed
      .filter((port) => port !== ports.health)
      .map((port) => `a probe asks port ${port}, where no plaintext health is`),
  ];
}

/** `NAME:PORT` in the values of a process's settings must be a port of a Service. */
function neighbourProblems(
  process: ContainerProcess,
  manifests: readonly Manifest[],
): readonly string[] {
  const known = ofKind(manifests, "Service").flatMap(({ metadata, spec }) =>
    (spec as { readonly ports: readonly { readonly port: number }[] }).ports.map(
      ({ port }) => `${metadata.name}:${port}`,
    ),
  );
  return Object.entries(settingsOf(process)).flatMap(([name, value = ""]) =>
    [...value.matchAll(/(?:dns|nats|tls|http):\/\/\/?([a-z0-9.-]+:\d+)/g)]
      .map(([, address = ""]) => address)
      // A pod of a StatefulSet has a name below that of its Service; other namespaces are not ours.
      .filter((address) => !known.some((one) => address === one || address.endsWith(`.${one}`)))
      .map((address) => `${name} names ${address}, which no Service is`),
  );
}

/** A coordinator drains its searches and then its calls, each for as long as COLLM_DRAIN_MS. */
function graceProblems({ environment }: ContainerProcess, graceSeconds: number): readonly string[] {
  const leastSeconds = (2 * Number(environment.COLLM_DRAIN_MS)) / 1_000 + 10;
  return graceSeconds >= leastSeconds
    ? []
    : [`the grace period is ${graceSeconds} s, allowed is ${leastSeconds} s or more`];
}
