import { describe, expect, it } from "vitest";
import { readEnv } from "./env-values.js";
import { readNatsAccess } from "./nats-access.js";
import { coordinatorEnvSchema, evaluatorEnvSchema, roleServiceEnvSchema } from "./service-env.js";
import { readTlsEnv } from "./tls-env.js";

const coordinator = {
  COLLM_NAVIGATOR_ADDRESS: "127.0.0.1:7001, 127.0.0.1:7004",
  COLLM_GENERATOR_ADDRESS: "dns:///generator.collm.svc:7002",
  COLLM_EVALUATOR_ADDRESS: "unix:/run/evaluator.sock",
  COLLM_JOURNAL_DIR: "journals",
  COLLM_EVALUATIONS_DIR: "evaluations",
};

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid-argument" });
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("readEnv", () => {
  it("fills in loopback and free ports when nothing is set", () => {
    expect(readEnv(roleServiceEnvSchema, {})).toEqual({
      host: "127.0.0.1",
      port: 0,
      metricsPort: 0,
      logLevel: "info",
      drainMs: 10_000,
      limits: {},
    });
  });

  it("reads what is set, takes empty as unset and ignores unknown variables", () => {
    const env = readEnv(coordinatorEnvSchema, {
      ...coordinator,
      COLLM_PORT: "7000",
      COLLM_METRICS_PORT: "off",
      COLLM_HOST: "",
      COLLM_SOMETHING_NEW: "1",
    });
    expect(env).toMatchObject({
      host: "127.0.0.1",
      port: 7000,
      metricsPort: undefined,
      navigatorAddress: "127.0.0.1:7001,127.0.0.1:7004",
      generatorAddress: "dns:///generator.collm.svc:7002",
      storage: { kind: "files", journals: { kind: "directory", directory: "journals" } },
    });
  });

  it("names every wrong variable, its value and what is allowed, in one error", () => {
    const { COLLM_JOURNAL_DIR: _, ...rest } = coordinator;
    const message = messageOf(() =>
      readEnv(coordinatorEnvSchema, {
        ...rest,
        COLLM_PORT: "65536",
        COLLM_METRICS_PORT: "none",
        COLLM_NAVIGATOR_ADDRESS: "localhost",
        COLLM_GENERATOR_ADDRESS: "localhost:7002,localhost:70000",
        COLLM_LOG_LEVEL: "loud",
        COLLM_DRAIN_MS: "1.5",
      }),
    );
    expect(message.split("; ").toSorted()).toEqual([
      'COLLM_DRAIN_MS: got "1.5", allowed is a whole number of milliseconds from 0 to 2147483647',
      'COLLM_GENERATOR_ADDRESS: got "localhost:7002,localhost:70000", allowed is HOST:PORT, dns:///HOST:PORT or unix:PATH, or several separated by commas',
      'COLLM_LOG_LEVEL: got "loud", allowed is one of trace, debug, info, warn, error, fatal, silent',
      'COLLM_METRICS_PORT: got "none", allowed is off or a whole number from 0 to 65535',
      'COLLM_NAVIGATOR_ADDRESS: got "localhost", allowed is HOST:PORT, dns:///HOST:PORT or unix:PATH, or several separated by commas',
      'COLLM_PORT: got "65536", allowed is a whole number from 0 to 65535',
    ]);
  });

  it("takes all files of mutual TLS or none", () => {
    const files = {
      COLLM_TLS_CERT_FILE: "tls.crt",
      COLLM_TLS_KEY_FILE: "tls.key",
      COLLM_TLS_CA_FILE: "ca.crt",
    };
    expect(readEnv(roleServiceEnvSchema, files).tls).toEqual({
      ...{ certFile: "tls.crt", keyFile: "tls.key", caFile: "ca.crt" },
      reloadMs: 10_000,
    });
    expect(readTlsEnv({})).toBeUndefined();
    expect(readTlsEnv({ ...files, COLLM_TLS_SERVER_NAME: "coordinator" })?.serverName).toBe(
      "coordinator",
    );
    const { COLLM_TLS_KEY_FILE: _, ...rest } = files;
    expect(messageOf(() => readTlsEnv(rest))).toBe(
      "COLLM_TLS_KEY_FILE: is not set, allowed is a file beside COLLM_TLS_CERT_FILE and COLLM_TLS_CA_FILE: mutual TLS takes all three or none",
    );
  });

  it("listens beyond loopback with mutual TLS only, or if plaintext is wanted", () => {
    const tls = { COLLM_TLS_CERT_FILE: "a", COLLM_TLS_KEY_FILE: "b", COLLM_TLS_CA_FILE: "c" };
    const read = (host: string, env = {}) =>
      readEnv(roleServiceEnvSchema, { COLLM_HOST: host, ...env }).host;
    for (const host of [
      "127.0.0.1",
      "127.9.9.9",
      "::1",
      "[::1]",
      "::ffff:127.0.0.1",
      "localhost",
    ]) {
      expect(read(host)).toBe(host);
    }
    for (const host of ["0.0.0.0", "::", "10.1.2.3", "128.0.0.1", "fe80::1", "coordinator"]) {
      const message = messageOf(() => read(host));
      expect(message).toMatch(new RegExp(`^COLLM_HOST: got "${host}", allowed is a loopback`));
      expect(message).toContain("COLLM_TLS_CERT_FILE, COLLM_TLS_KEY_FILE and COLLM_TLS_CA_FILE");
      expect(message).toContain("COLLM_INSECURE=true (collm serve --insecure)");
      expect(read(host, { COLLM_INSECURE: "true" })).toBe(host);
      expect(read(host, tls)).toBe(host);
    }
  });

  it("takes NATS's user from files, in pairs, and none from its address", () => {
    const { COLLM_JOURNAL_DIR: _, COLLM_EVALUATIONS_DIR: __, ...rest } = coordinator;
    const read = (env: Record<string, string>) =>
      readEnv(coordinatorEnvSchema, { ...rest, COLLM_NATS_URL: "nats://a:4222", ...env }).storage;
    const user = { COLLM_NATS_USER_FILE: "user", COLLM_NATS_PASSWORD_FILE: "password" };
    const access = { user: { userFile: "user", passwordFile: "password" } };
    expect(read({ ...user, COLLM_NATS_TLS_CA_FILE: "ca" })).toMatchObject({
      nats: { access: { ...access, tls: { caFile: "ca", own: undefined } } },
    });
    expect(readNatsAccess(user)).toMatchObject(access);
    for (const [env, clause] of [
      [
        { COLLM_NATS_USER_FILE: "user" },
        "COLLM_NATS_PASSWORD_FILE: is not set, allowed is a file beside COLLM_NATS_USER_FILE",
      ],
      [
        { COLLM_NATS_TLS_CERT_FILE: "crt" },
        "COLLM_NATS_TLS_KEY_FILE: is not set, allowed is a file beside COLLM_NATS_TLS_CERT_FILE; COLLM_NATS_TLS_CA_FILE: is not set, allowed is a file beside COLLM_NATS_TLS_CERT_FILE",
      ],
      [
        { COLLM_NATS_URL: "nats://a:4222,me:s3cret@b:4222" },
        "COLLM_NATS_URL: got a value that is not shown, allowed is NATS servers without user and password (COLLM_NATS_USER_FILE, COLLM_NATS_PASSWORD_FILE)",
      ],
    ] as const) {
      expect(messageOf(() => read(env))).toBe(clause);
    }
  });

  it("takes names of pools that can stand in a subject", () => {
    const some = { ...coordinator, COLLM_POOLS: "cpu, gpu-a100" };
    expect(readEnv(coordinatorEnvSchema, some)).toMatchObject({ pools: ["cpu", "gpu-a100"] });
    expect(readEnv(coordinatorEnvSchema, coordinator)).toMatchObject({ pools: ["default"] });
    const wrong = { ...coordinator, COLLM_POOLS: "cpu,gpu.a100" };
    expect(messageOf(() => readEnv(coordinatorEnvSchema, wrong))).toBe(
      'COLLM_POOLS: got "cpu,gpu.a100", allowed is names of lower-case letters, digits and dashes, separated by commas',
    );
    const evaluator = { COLLM_SUPERNETS: "a.yaml", COLLM_EVALUATIONS_DIR: "e", COLLM_POOL: "*" };
    expect(messageOf(() => readEnv(evaluatorEnvSchema, evaluator))).toBe(
      'COLLM_POOL: got "*", allowed is a name of lower-case letters, digits and dashes',
    );
  });

  it("takes either a folder of journals or the run directory of one search", () => {
    const { COLLM_JOURNAL_DIR: _, ...rest } = coordinator;
    const single = { ...rest, COLLM_RUN_DIR: "runs/a", COLLM_RUN_SEARCH_ID: "a" };
    expect(readEnv(coordinatorEnvSchema, single)).toMatchObject({
      storage: { journals: { kind: "single", runDirectory: "runs/a", searchId: "a" } },
    });
    const allowed = "allowed is a folder, or COLLM_RUN_DIR and COLLM_RUN_SEARCH_ID instead of it";
    expect(messageOf(() => readEnv(coordinatorEnvSchema, rest))).toContain(allowed);
  });

  it("splits the evaluator's manifests at commas and leaves it at most two workers", () => {
    const env = readEnv(evaluatorEnvSchema, {
      COLLM_SUPERNETS: "demo.yaml, ofa.yaml,",
      COLLM_EVALUATIONS_DIR: "evaluations",
    });
    expect(env).toMatchObject({
      supernets: ["demo.yaml", "ofa.yaml"],
      runtime: {
        executionProvider: "cpu",
        deviceId: undefined,
        batchSize: undefined,
        allowTf32: false,
      },
      threadsPerWorker: 1,
      checkpointMs: 5_000,
    });
    expect([1, 2]).toContain(env.workers);
    expect(env.cacheDir).toBeUndefined();
  });

  it("refuses a provider that the evaluator could never run", () => {
    expect(messageOf(() => readEnv(evaluatorEnvSchema, { COLLM_PROVIDER: "webgpu" }))).toContain(
      'COLLM_PROVIDER: got "webgpu", allowed is one of cpu, cuda, tensorrt, dml, coreml',
    );
  });

  it("knows the evaluator's pod by name and namespace, and the API server as Kubernetes tells it", () => {
    const env = { COLLM_SUPERNETS: "a.yaml", COLLM_EVALUATIONS_DIR: "e", COLLM_POD_NAME: "e-1" };
    const inCluster = { COLLM_POD_NAMESPACE: "collm", KUBERNETES_SERVICE_HOST: "10.0.0.1" };
    expect(readEnv(evaluatorEnvSchema, { ...env, ...inCluster }).pod).toEqual({
      ...{ name: "e-1", namespace: "collm", apiHost: "10.0.0.1", apiPort: 443 },
      serviceAccountDir: "/var/run/secrets/kubernetes.io/serviceaccount",
    });
    expect(readEnv(evaluatorEnvSchema, { ...env, COLLM_POD_NAME: "" }).pod).toBeUndefined();
    expect(messageOf(() => readEnv(evaluatorEnvSchema, env))).toContain(
      "COLLM_POD_NAMESPACE: is not set, allowed is",
    );
  });

  it("refuses an evaluator without supernets", () => {
    expect(messageOf(() => readEnv(evaluatorEnvSchema, { COLLM_SUPERNETS: " , " }))).toMatch(
      /COLLM_SUPERNETS: got " , ", allowed is manifest files/,
    );
  });

  it("takes NATS instead of folders, and a beat that is soon enough", () => {
    const { COLLM_JOURNAL_DIR: _, COLLM_EVALUATIONS_DIR: __, ...rest } = coordinator;
    const nats = {
      ...rest,
      COLLM_NATS_URL: "nats://a:4222,nats://b:4222",
      COLLM_ACK_WAIT_MS: "900",
    };
    expect(readEnv(coordinatorEnvSchema, { ...nats, COLLM_BEAT_MS: "300" })).toMatchObject({
      storage: {
        kind: "nats",
        nats: { servers: ["nats://a:4222", "nats://b:4222"], ackWaitMs: 900, beatMs: 300 },
      },
    });
    expect(() => readEnv(coordinatorEnvSchema, { ...nats, COLLM_BEAT_MS: "301" })).toThrow(
      'COLLM_BEAT_MS: got "301", allowed is at most a third of COLLM_ACK_WAIT_MS, 900',
    );
    expect(() => readEnv(coordinatorEnvSchema, rest)).toThrow(
      "COLLM_EVALUATIONS_DIR: is not set, allowed is a folder, or COLLM_NATS_URL instead of it",
    );
  });
});
