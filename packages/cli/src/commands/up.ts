import { resolve } from "node:path";
import { CollmError } from "@collm/errors";
import type { Command } from "commander";
import { Fleet } from "../embedded/fleet.js";
import type { ServiceName } from "../embedded/service-entry.js";
import { evaluationsDirectory, requireHome } from "../home.js";
import { processOutput } from "../output.js";
import { openSearchTarget } from "../search-target.js";

interface UpFlags {
  readonly supernet: readonly string[];
  readonly nats?: string;
  readonly coordinators: string;
  readonly navigators: string;
  readonly generators: string;
  readonly evaluators: string;
  readonly port: string;
  readonly runs: string;
  readonly realTime?: string;
}

/** Adds `collm up`: all services on this machine until Ctrl-C, for any number of searches. */
export function addUpCommand(program: Command): void {
  program
    .command("up")
    .description("run all services on this machine until Ctrl-C; searches are sent to them")
    .requiredOption(
      "--supernet <manifest>",
      "manifest of a supernet to serve; may be given several times",
      (path: string, earlier: string[] = []) => [...earlier, path],
    )
    .option("--nats <url>", "NATS server: keeps journals and results, shares work among evaluators")
    .option("--coordinators <n>", "coordinators; more than one needs --nats", "1")
    .option("--navigators <n>", "navigators", "1")
    .option("--generators <n>", "generators", "1")
    .option("--evaluators <n>", "evaluators; more than one needs --nats", "1")
    .option("--port <n>", "port of the coordinator, of several the first in a row", "7000")
    .option("--runs <dir>", "folder of journals and logs; with --nats of logs only", "runs")
    .option(
      "--real-time <share>",
      "share of a table's time that evaluations really take (default 0)",
    )
    .action(async (flags: UpFlags) => {
      await runServices(flags);
    });
}

async function runServices(flags: UpFlags): Promise<void> {
  const replicas = replicasOf(flags);
  const port = wholeNumber("--port", flags.port, 0, 65_536 - replicas.coordinator);
  const realTime = share("--real-time", flags.realTime);
  const targets = await Promise.all(flags.supernet.map(openSearchTarget));
  await requireHome();
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  for (const target of targets) await target.prepare(processOutput, stop.signal);
  const runs = resolve(flags.runs);
  processOutput.say("starting the services");
  const fleet = await Fleet.start(
    {
      manifests: targets.map(({ file }) => file),
      journals: { kind: "directory", directory: runs },
      evaluationsDirectory: evaluationsDirectory(),
      logDirectory: resolve(runs, "logs"),
      evaluator: realTime === undefined ? {} : { realTime },
      replicas,
      nats: flags.nats,
      tls: true,
      port,
    },
    {
      onRestart: (name, how, attempt) =>
        processOutput.say(`${name} died (${how}) and was started again (${attempt} of 3)`),
    },
  );
  try {
    const address = fleet.addressOf("coordinator");
    processOutput.print(address);
    const names = targets.map(({ name }) => name).join(", ");
    processOutput.say(
      `${Object.entries(replicas).map(counted).join(", ")}, supernets ${names}; ` +
        `collm search --coordinator ${address} --supernet ${targets[0]?.name} searches; Ctrl-C ends`,
    );
    const stopped = new Promise<void>((end) => stop.signal.addEventListener("abort", () => end()));
    await Promise.race([stopped, fleet.givenUp]);
  } finally {
    await fleet.stop();
  }
}

function replicasOf(flags: UpFlags): Record<ServiceName, number> {
  const count = (name: ServiceName, mostAlone: number): number => {
    const flag = `--${name}s`;
    const value = wholeNumber(flag, flags[`${name}s`], 1, 64);
    if (value <= mostAlone || flags.nats !== undefined) return value;
    throw new CollmError("invalid-argument", `${flag}: got ${value}, allowed without --nats is 1`);
  };
  return {
    coordinator: count("coordinator", 1),
    navigator: count("navigator", 64),
    generator: count("generator", 64),
    evaluator: count("evaluator", 1),
  };
}

function counted([name, count]: readonly [string, number]): string {
  return count === 1 ? `1 ${name}` : `${count} ${name}s`;
}

/** The range is that of the evaluator's `realTime`. */
function share(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 10) return value;
  throw new CollmError(
    "invalid-argument",
    `${flag}: got "${text}", allowed is a number from 0 to 10`,
  );
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new CollmError(
    "invalid-argument",
    `${flag}: got "${text}", allowed is a whole number from ${min} to ${max}`,
  );
}
