import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bucketNames,
  connectNats,
  createStreamJournals,
  createUnfinishedSearches,
  openBucket,
} from "@collm/events";
import { findNatsServer, TestNatsServer } from "@collm/events/testing";
import { readJournalFile } from "@collm/journal";
import { renderReport } from "@collm/report";
import { callStream, callUnary } from "@collm/rpc";
import { foldEvents, type SearchEvent } from "@collm/search";
import { stringify } from "yaml";
import { Workspace } from "../../support/collm.js";
import { say } from "../progress.js";
import { BenchCoordinator, natsEnv } from "./coordinator.js";
import { benchSearchId, type JournalOptions, makeJournal } from "./make-journal.js";
import { measure, type Taken } from "./measure.js";

/** A line of a table. */
export interface Measured {
  readonly what: string;
  readonly taken: Taken;
  readonly note?: string;
}

/** Events that are cut off, so that a search has something to go on with. */
const cutEvents = 200;

/** A long journal, and what working with it takes. */
export async function measureLongJournal(
  options: Omit<JournalOptions, "supernet">,
  withNats: boolean,
): Promise<{ readonly events: readonly SearchEvent[]; readonly rows: readonly Measured[] }> {
  const folder = await mkdtemp(join(tmpdir(), "collm-journal-"));
  try {
    const probe = await BenchCoordinator.start(join(folder, "probe"));
    await probe.close();
    say(`making a journal of ${options.budget} evaluations`);
    const events = await makeJournal({ ...options, supernet: probe.supernet });
    const rows = [
      ...(await onFiles(folder, events)),
      ...(await views(events)),
      ...(withNats && findNatsServer() ? await onNats(folder, events) : []),
    ];
    return { events, rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function onFiles(folder: string, events: readonly SearchEvent[]): Promise<Measured[]> {
  const path = join(folder, "files/journals", benchSearchId, "events.jsonl");
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, linesOf(events.slice(0, -cutEvents)));
  say("file: read and fold, resume, watch");
  const read = await measure(async () => foldEvents((await readJournalFile(path)).events));
  const coordinator = await BenchCoordinator.start(join(folder, "files"));
  try {
    return [
      { what: "file: read and fold", taken: read },
      ...(await throughCoordinator("file", coordinator, events.length - cutEvents)),
    ];
  } finally {
    await coordinator.close();
  }
}

async function onNats(folder: string, events: readonly SearchEvent[]): Promise<Measured[]> {
  const server = await TestNatsServer.start();
  try {
    const coordinator = await BenchCoordinator.start(join(folder, "nats"), natsEnv(server.url));
    try {
      const connection = await connectNats({ servers: [server.url], name: "bench" });
      const bucket = (name: string, ttlMs?: number) =>
        openBucket(connection, name, { replicas: 1, ...(ttlMs === undefined ? {} : { ttlMs }) });
      const { leaseMs } = natsEnv(server.url);
      const journals = createStreamJournals({
        connection,
        leases: await bucket(bucketNames.leases, leaseMs),
        unfinished: createUnfinishedSearches(connection, await bucket(bucketNames.unfinished)),
        leaseMs,
      });
      say("NATS: publishing the journal");
      const journal = await journals.open(benchSearchId);
      const appends = events.slice(0, -cutEvents).map((event) => journal.append(event));
      await Promise.all(appends);
      await journal.close();
      say("NATS: read and fold, resume, watch");
      const read = await measure(async () => foldEvents(await journals.read(benchSearchId)));
      await connection.close();
      return [
        { what: "NATS: read and fold", taken: read },
        ...(await throughCoordinator("NATS", coordinator, events.length - cutEvents)),
      ];
    } finally {
      await coordinator.close();
    }
  } finally {
    await server.stop();
  }
}

/** Client and coordinator are one process here, so the CPU time is of both. */
async function throughCoordinator(
  where: string,
  coordinator: BenchCoordinator,
  lastSeq: number,
): Promise<Measured[]> {
  const { client } = coordinator;
  const searchId = benchSearchId;
  const resume = await measure(async () => {
    await callUnary(client, "resumeSearch", { searchId });
    // SearchResumed itself, and then the first thing that the search does.
    const afterSeq = lastSeq + 1;
    for await (const _ of callStream(client, "watchSearch", { searchId, afterSeq })) break;
  });
  await coordinator.watch(searchId, lastSeq);
  const fromEnd = await measure(() => coordinator.watch(searchId, lastSeq));
  const fromStart = await measure(() => coordinator.watch(searchId));
  const first = await measure(() => callUnary(client, "listSearches", {}));
  const again = await measure(() => callUnary(client, "listSearches", {}));
  return [
    { what: `${where}: resume, until its next event`, taken: resume },
    { what: `${where}: WatchSearch from the end`, taken: fromEnd, note: "of a search at rest" },
    { what: `${where}: WatchSearch from the start`, taken: fromStart },
    { what: `${where}: ListSearches`, taken: first, note: "the first time" },
    { what: `${where}: ListSearches again`, taken: again },
  ];
}

async function views(events: readonly SearchEvent[]): Promise<Measured[]> {
  say("report, collm watch");
  // The drawing library is loaded by the first.
  renderReport(events.slice(0, 200));
  const report = await measure(() => renderReport(events));
  const workspace = await Workspace.create();
  try {
    const run = workspace.file("run");
    await mkdir(run);
    const started = events[0];
    if (started?.type !== "SearchStarted") throw new RangeError("the journal has no SearchStarted");
    await writeFile(
      join(run, "config.yaml"),
      stringify({ searchId: benchSearchId, supernet: "formula.yaml", search: started.config }),
    );
    await writeFile(join(run, "events.jsonl"), linesOf(events));
    const watch = await measure(() => workspace.run("watch", run));
    if (watch.value.code !== 0) throw new Error(watch.value.stderr);
    const mebibytes = (Buffer.byteLength(report.value) / 2 ** 20).toFixed(1);
    return [
      { what: "report", taken: report, note: `${mebibytes} MiB` },
      {
        what: "collm watch of the finished run",
        taken: { ...watch, cpuMs: Number.NaN },
        note: "a process, its start included",
      },
    ];
  } finally {
    await workspace.remove();
  }
}

function linesOf(events: readonly SearchEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
