import { parseNatsServers, readNatsAccess } from "@collm/config";
import { CollmError } from "@collm/errors";
import {
  bucketNames,
  connectNats,
  createDeadLetters,
  type DeadLetter,
  type DeadLetters,
  openMadeBucket,
  publishWork,
  ServedSupernets,
} from "@collm/events";
import type { Command } from "commander";
import { processOutput } from "../output.js";

type NatsConnection = Awaited<ReturnType<typeof connectNats>>;

interface EvaluationsFlags {
  readonly nats: string;
  readonly json?: boolean;
}

/** Adds `collm evaluations list|retry|purge`: work on NATS that was given up. */
export function addEvaluationsCommand(program: Command): void {
  const evaluations = program
    .command("evaluations")
    .description("evaluations that were given up (dead letters), on NATS");
  const command = (name: string, description: string): Command =>
    evaluations
      .command(name)
      .description(description)
      .requiredOption("--nats <url>", "NATS server");
  command("list", "what was given up, and why")
    .option("--json", "print JSON")
    .action((flags: EvaluationsFlags) =>
      withLetters(flags, async (letters) => {
        const all = await letters.list();
        if (flags.json) processOutput.print(JSON.stringify(all, null, 2));
        else for (const letter of all) processOutput.print(lineOf(letter));
        processOutput.say(all.length === 0 ? "no dead letters" : `${all.length} dead letters`);
      }),
    );
  command("retry", "put given-up evaluations into the queue again")
    .argument("[keys...]", "content keys as `list` shows them (default all)")
    .action((keys: string[], flags: EvaluationsFlags) =>
      withLetters(flags, async (letters, connection) => {
        await retry(connection, letters, await chosen(letters, keys));
      }),
    );
  command("purge", "forget given-up evaluations; a search that asks again has them tried again")
    .argument("[keys...]", "content keys as `list` shows them (default all)")
    .action((keys: string[], flags: EvaluationsFlags) =>
      withLetters(flags, async (letters) => {
        for (const { key } of await chosen(letters, keys)) {
          await letters.remove(key);
          processOutput.say(`purged ${key}`);
        }
      }),
    );
}

async function withLetters(
  flags: EvaluationsFlags,
  work: (letters: DeadLetters, connection: NatsConnection) => Promise<void>,
): Promise<void> {
  const access = readNatsAccess(process.env);
  const connection = await connectNats({
    servers: parseNatsServers(flags.nats),
    access,
    name: "operator",
  });
  try {
    const bucket = await openMadeBucket(connection, bucketNames.deadLetters);
    await work(createDeadLetters(bucket), connection);
  } finally {
    await connection.close();
  }
}

async function retry(
  connection: NatsConnection,
  letters: DeadLetters,
  given: readonly DeadLetter[],
): Promise<void> {
  const served = await ServedSupernets.watch(connection, { replicas: 1 });
  try {
    for (const { key, searchId, supernet, canonical, epoch } of given) {
      if (searchId === undefined || supernet === undefined || canonical === undefined) {
        processOutput.say(`${key}: is no work that could be tried again, purge it`);
        continue;
      }
      const contextDigest = key.slice(key.lastIndexOf("@") + 1);
      const pool = served.poolServing(contextDigest);
      if (pool === undefined) {
        throw new CollmError(
          "unavailable",
          `${key}: no evaluator serves or served its supernet ${supernet}`,
        );
      }
      const work = { key, searchId, supernet, canonical, contextDigest, candidateId: "retry" };
      const published = await publishWork(connection, pool, { ...work, epoch: epoch + 1 });
      if (published.kind === "held-back") {
        throw new CollmError("unavailable", `${key}: ${published.reason}`);
      }
      await letters.remove(key);
      processOutput.say(`queued ${key}`);
    }
  } finally {
    served.close();
  }
}

/** Throws `not-found` naming a key that has no dead letter. */
async function chosen(
  letters: DeadLetters,
  keys: readonly string[],
): Promise<readonly DeadLetter[]> {
  if (keys.length === 0) {
    const all = await letters.list();
    if (all.length === 0) processOutput.say("no dead letters");
    return all;
  }
  return await Promise.all(
    keys.map(async (key) => {
      const letter = await letters.read(key);
      if (letter) return letter;
      throw new CollmError(
        "not-found",
        `key: got "${key}", no evaluation of that key was given up`,
      );
    }),
  );
}

function lineOf({ key, code, message, deliveries, searchId = "–", at }: DeadLetter): string {
  return `${at}  ${searchId}  ${deliveries} deliveries  ${code}: ${message}  ${key}`;
}
