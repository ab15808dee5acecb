import { appendFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SearchEvent } from "@collm/search";
import { expect, it } from "vitest";
import { followJournalFile } from "./follow-journal-file.js";
import { plainEvent } from "./testing/arbitrary-events.js";
import { temporaryDirectory } from "./testing/temporary-directory.js";

const directory = temporaryDirectory();
const lineOf = (seq: number): string => `${JSON.stringify(plainEvent(seq))}\n`;

it("gives each event once, across half lines, torn lines and a file that comes later", async () => {
  const path = join(directory, "events.jsonl");
  const stop = new AbortController();
  const seen: SearchEvent[] = [];
  const steps = [
    () => writeFile(path, lineOf(1) + lineOf(2)),
    () => appendFile(path, lineOf(3) + lineOf(4).slice(0, 20)),
    () => appendFile(path, lineOf(4).slice(20)),
    // What a killed writer left, and the next one cut off.
    () => appendFile(path, lineOf(5).slice(0, 30)),
    () => truncate(path, 4 * lineOf(1).length),
    () => appendFile(path, lineOf(5)),
    async () => stop.abort(),
  ];
  const seqsAt: number[] = [];
  for await (const events of followJournalFile(path, stop.signal)) {
    seen.push(...events);
    seqsAt.push(seen.length);
    await steps.shift()?.();
  }
  expect(seen).toEqual([1, 2, 3, 4, 5].map((seq) => plainEvent(seq)));
  expect(seqsAt).toEqual([0, 2, 3, 4, 4, 4, 5]);
});

it("says when the file was replaced by a shorter one", async () => {
  const path = join(directory, "shorter.jsonl");
  await writeFile(path, lineOf(1) + lineOf(2));
  const follow = async (): Promise<void> => {
    for await (const _ of followJournalFile(path, new AbortController().signal)) {
      await writeFile(path, lineOf(1));
    }
  };
  await expect(follow()).rejects.toThrow(/became shorter/);
});
