import { parseNatsServers, readNatsAccess } from "@collm/config";
import { CollmError } from "@collm/errors";
import { connectNats, openSharedJournals, type SharedJournals } from "@collm/events";
import { parseSearchId } from "@collm/search";
import type { Command } from "commander";
import { backupJournals } from "../backup/backup-journals.js";
import { type CopiedJournal, copiedLine, isCopied } from "../backup/copied-journal.js";
import { restoreJournals } from "../backup/restore-journals.js";
import { processOutput } from "../output.js";

interface JournalsFlags {
  readonly nats: string;
}

/** Adds `collm journals backup|restore`: the searches of a deployment on NATS as run directories. */
export function addJournalsCommand(program: Command): void {
  const journals = program
    .command("journals")
    .description("back up and restore the journals of a deployment on NATS");
  journals
    .command("backup")
    .description("copy journals into run directories; again copies what is new")
    .argument("[searches...]", "search ids (default all)")
    .requiredOption("--to <folder>", "where the run directories are made")
    .requiredOption("--nats <url>", "NATS server")
    .action((searches: string[], flags: JournalsFlags & { readonly to: string }) =>
      copyAll(flags.nats, "operator", async function* (shared) {
        const ids = searches.length > 0 ? searches.map(parseSearchId) : await shared.list();
        yield* backupJournals(shared, ids, flags.to);
      }),
    );
  journals
    .command("restore")
    .description("bring journals of run directories back; a search under way goes on by itself")
    .argument("[names...]", "run directories in the folder (default all)")
    .requiredOption("--from <folder>", "where the run directories are")
    .requiredOption("--nats <url>", "NATS server, on which a coordinator has started")
    .action((names: string[], flags: JournalsFlags & { readonly from: string }) =>
      // Only coordinators may write journals, so it takes their user.
      copyAll(flags.nats, "coordinator", (shared) => restoreJournals(shared, names, flags.from)),
    );
}

/**
 * Says what comes of each journal; exit code 1 if one is not where it should be.
 *
 * @param name of the user whose rights on NATS are needed, where there are users
 */
async function copyAll(
  servers: string,
  name: string,
  copy: (journals: SharedJournals) => AsyncIterable<CopiedJournal>,
): Promise<void> {
  const connection = await connectNats({
    servers: parseNatsServers(servers),
    access: readNatsAccess(process.env),
    name,
  });
  let [count, failures] = [0, 0];
  try {
    for await (const copied of copy(await openSharedJournals(connection))) {
      count += 1;
      if (!isCopied(copied)) failures += 1;
      processOutput.say(copiedLine(copied));
    }
  } finally {
    await connection.close();
  }
  if (count === 0) processOutput.say("no searches");
  if (failures > 0) {
    throw new CollmError("failed-precondition", `${failures} of ${count} journals were not copied`);
  }
}
