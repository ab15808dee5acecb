import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { openJournalFile, readJournalFile } from "./journal-file.js";
import { plainEvent } from "./testing/arbitrary-events.js";
import { temporaryDirectory } from "./testing/temporary-directory.js";

const directory = temporaryDirectory();
const fixture = fileURLToPath(new URL("../dist/killed-writer.fixture.js", import.meta.url));

function forkWriter(...args: string[]) {
  const child = fork(fixture, args, { execArgv: [] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

// Starting a process takes long while others use the machine.
const timeout = 120_000;

it("a journal whose writer was killed keeps every acknowledged event and is free again", {
  timeout,
}, async () => {
  const path = join(directory, "killed.jsonl");
  for (let round = 1; round <= 2; round += 1) {
    const child = forkWriter("journal", path);
    let acknowledged = 0;
    child.on("message", (seq) => {
      acknowledged = Math.max(acknowledged, Number(seq));
    });
    await once(child, "message");
    await expect(openJournalFile(path)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining(`process ${child.pid} on `),
    });
    while (acknowledged < round * 100) await once(child, "message");
    child.kill("SIGKILL");
    await once(child, "exit");

    const { events } = await readJournalFile(path);
    expect(events.length).toBeGreaterThanOrEqual(acknowledged);
    expect(events).toEqual(events.map((_, i) => plainEvent(i + 1)));

    // Several find the dead owner's lock at once.
    const openings = await Promise.allSettled(
      Array.from({ length: 8 }, () => openJournalFile(path)),
    );
    const winners = openings.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    expect(winners).toHaveLength(1);
    expect(winners[0]?.events).toEqual(events);
    await winners[0]?.close();
  }
});

it("processes that write the same keys at once agree on every result", { timeout }, async () => {
  const store = join(directory, "evaluations");
  const seen = await Promise.all(
    ["1", "2", "3"].map(async (id) => {
      const [images] = await once(forkWriter("store", store, id), "message");
      return images as number[];
    }),
  );
  expect(seen[0]).toHaveLength(20);
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
});
