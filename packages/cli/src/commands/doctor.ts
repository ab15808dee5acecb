import { mkdtemp, rm, statfs } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseNatsServers, readNatsAccess } from "@collm/config";
import { createImageLocator } from "@collm/demo";
import { CollmError } from "@collm/errors";
import { requireProvider, runtimeVersion } from "@collm/evaluation";
import { connectNats, inspectDeployment } from "@collm/events";
import type { Command } from "commander";
import { demoManifestPath } from "../demo-files.js";
import { Fleet } from "../embedded/fleet.js";
import { imageCacheDirectory, requireHome } from "../home.js";
import { processOutput } from "../output.js";

/** A check gives what it saw, or throws with what to do about it. */
interface Check {
  readonly name: string;
  run(): Promise<string>;
}

/** Adds `collm doctor` to the program. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("check that this machine can run a search")
    .option("--provider <name>", "ONNX Runtime execution provider to check", "cpu")
    .option(
      "--nats <url>",
      "check a deployment on NATS instead: streams, queues, evaluators, clock",
    )
    .action(async (flags: { provider: string; nats?: string }) => {
      if (flags.nats !== undefined) {
        process.exitCode = (await isDeploymentSound(flags.nats)) ? 0 : 1;
        return;
      }
      let failures = 0;
      for (const check of checks(flags.provider)) {
        try {
          processOutput.print(`ok    ${check.name}: ${await check.run()}`);
        } catch (error) {
          failures++;
          processOutput.print(`FAIL  ${check.name}: ${CollmError.from(error).message}`);
        }
      }
      process.exitCode = failures === 0 ? 0 : 1;
    });
}

async function isDeploymentSound(nats: string): Promise<boolean> {
  const access = readNatsAccess(process.env);
  const connection = await connectNats({
    servers: parseNatsServers(nats),
    access,
    name: "operator",
  });
  try {
    const findings = await inspectDeployment(connection);
    for (const { name, isSound, words } of findings) {
      processOutput.print(`${isSound ? "ok   " : "FAIL "} ${name}: ${words}`);
    }
    return findings.every(({ isSound }) => isSound);
  } finally {
    await connection.close();
  }
}

function checks(provider: string): readonly Check[] {
  return [
    { name: "Node", run: async () => checkNode(process.versions.node) },
    {
      name: "machine",
      run: async () =>
        `${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB memory`,
    },
    {
      name: "home",
      run: async () => {
        const home = await requireHome();
        const { bavail, bsize } = await statfs(home);
        return `${home}, ${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free`;
      },
    },
    {
      name: "ONNX Runtime",
      run: async () => {
        await requireProvider({ executionProvider: provider, threads: 1 });
        return `${runtimeVersion}, provider ${provider}`;
      },
    },
    {
      name: "demo images",
      run: async () => {
        const locate = createImageLocator(imageCacheDirectory());
        return locate("demo:validation");
      },
    },
    { name: "services", run: startServices },
  ];
}

function checkNode(version: string): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new CollmError("failed-precondition", `got ${version}, allowed is 20.19 or newer`);
  }
  return version;
}

/** Starts and stops the embedded services once. */
async function startServices(): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "collm-doctor-"));
  try {
    const startedAt = performance.now();
    const fleet = await Fleet.start(
      {
        manifests: [demoManifestPath()],
        journals: { kind: "directory", directory: join(scratch, "runs") },
        evaluationsDirectory: join(scratch, "evaluations"),
        logDirectory: join(scratch, "logs"),
        evaluator: {},
      },
      { onRestart: () => {} },
    );
    await fleet.stop();
    return `the four services started and stopped in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
