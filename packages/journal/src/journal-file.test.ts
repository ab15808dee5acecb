import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openJournalFile, readJournalFile } from "./journal-file.js";
import { arbitraryEvents, plainEvent } from "./testing/arbitrary-events.js";
import { describeJournal } from "./testing/journal-contract.js";
import { temporaryDirectory } from "./testing/temporary-directory.js";

const directory = temporaryDirectory();

describeJournal("openJournalFile", {
  open: (name) => openJournalFile(join(directory, name, "events.jsonl")),
});

let files = 0;
async function fileOf(content: string | Uint8Array): Promise<string> {
  files += 1;
  const path = join(directory, `file-${files}.jsonl`);
  await writeFile(path, content);
  return path;
}

const linesOf = (...seqs: number[]) =>
  seqs.map((seq) => `${JSON.stringify(plainEvent(seq))}\n`).join("");

describe("openJournalFile", { timeout: 60_000 }, () => {
  it("writes one JSON line per event and nothing else into its directory once closed", async () => {
    const path = join(directory, "deep", "er", "events.jsonl");
    const journal = await openJournalFile(path);
    await Promise.all([journal.append(plainEvent(1)), journal.append(plainEvent(2))]);
    expect(await readFile(path, "utf8")).toBe(linesOf(1, 2));
    await journal.close();
    expect(await readdir(join(directory, "deep", "er"))).toEqual(["events.jsonl"]);
  });

  it("loses at most the torn last line, wherever the file was cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents({ minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (events, share) => {
          const whole = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
          const length = Math.floor(whole.length * share);
          const path = await fileOf(whole.subarray(0, length));
          const complete = whole.subarray(0, length).filter((byte) => byte === 0x0a).length;
          const journal = await openJournalFile(path);
          expect(journal.events).toEqual(events.slice(0, complete));
          expect(journal.tornBytes).toBe(length - (await stat(path)).size);
          const next = { ...plainEvent(complete + 1), searchId: "property" };
          await journal.append(next);
          await journal.close();
          expect((await readJournalFile(path)).events).toEqual([
            ...events.slice(0, complete),
            next,
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ["without newline", JSON.stringify(plainEvent(3))],
    ["of zeros", "\0\0\0\0\n"],
    ["cut inside a character", Buffer.from('{"v":1,"searchId":"é').subarray(0, -1)],
  ])("cuts off a last line %s and says how long it was", async (_, tail) => {
    const path = await fileOf(linesOf(1, 2));
    await appendFile(path, tail);
    const journal = await openJournalFile(path);
    await journal.close();
    expect(journal.tornBytes).toBe(Buffer.from(tail).length);
    expect(await readFile(path, "utf8")).toBe(linesOf(1, 2));
  });

  it.each([
    ["no JSON before the end", `${linesOf(1)}nonsense\n${linesOf(3)}`, /line 2: is no JSON object/],
    ["a blank line", `${linesOf(1)}\n${linesOf(2)}`, /line 2: is no JSON object/],
    ["a gap", linesOf(1, 2, 4), /line 3: seq: got 4, expected is 3/],
    ["a line twice", linesOf(1, 2, 2), /line 3: seq: got 2, expected is 3/],
    ["a missing start", linesOf(2), /line 1: seq: got 2, expected is 1/],
    [
      "an event of another search",
      `${linesOf(1)}${JSON.stringify(plainEvent(2, "other"))}\n`,
      /line 2: searchId: got "other", expected is "plain"/,
    ],
    [
      "an unknown field, even in the last line",
      `${linesOf(1)}${JSON.stringify({ ...plainEvent(2), extra: 1 })}\n`,
      /line 2: extra: unknown key, allowed are .*iteration/,
    ],
  ])("refuses %s as data loss and leaves the file alone", async (_, content, message) => {
    const path = await fileOf(content);
    for (const open of [openJournalFile, readJournalFile]) {
      const failure = await open(path).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "data-loss", message: expect.stringContaining(path) });
      expect((failure as Error).message).toMatch(message);
    }
    expect(await readFile(path, "utf8")).toBe(content);
  });

  it("refuses a journal of another version without calling it damaged", async () => {
    const path = await fileOf(`${JSON.stringify({ ...plainEvent(1), v: 2 })}\n`);
    await expect(openJournalFile(path)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(/line 1: v: got 2, this program reads version 1/),
    });
  });

  it("names itself to the second writer", async () => {
    const path = await fileOf("");
    const journal = await openJournalFile(path);
    await expect(openJournalFile(path)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(
        new RegExp(`^journal ${path}: is being written by process ${process.pid} on \\S+ since `),
      ),
    });
    await journal.close();
  });

  it("stops writing when its claim is gone, because another process took over", async () => {
    const path = await fileOf("");
    const journal = await openJournalFile(path);
    await journal.append(plainEvent(1));
    await rm(`${path}.lock`, { recursive: true });
    const appends = [plainEvent(2), plainEvent(3)].map((event) => journal.append(event));
    for (const outcome of await Promise.allSettled(appends)) {
      expect(outcome).toMatchObject({ reason: { code: "failed-precondition" } });
    }
    expect(await readFile(path, "utf8")).toBe(linesOf(1));
    await journal.close();
  });

  it("does not write what it could not read back", async () => {
    const path = await fileOf("");
    const journal = await openJournalFile(path);
    const wrong = { ...plainEvent(1), iteration: Number.NaN } as ReturnType<typeof plainEvent>;
    await expect(journal.append(wrong)).rejects.toMatchObject({
      code: "invalid-argument",
      message: "event 1: iteration: got null, allowed is a whole number",
    });
    await journal.append(plainEvent(1));
    await journal.close();
    expect(await readFile(path, "utf8")).toBe(linesOf(1));
  });

  it("says which path cannot be a journal, and leaves no lock", async () => {
    const path = join(directory, "folder.jsonl");
    await mkdir(path);
    await expect(openJournalFile(path)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(path),
    });
    expect(await readdir(directory)).not.toContain("folder.jsonl.lock");
  });
});

describe("readJournalFile", () => {
  it("reads beside a live writer, without a line that is being written", async () => {
    const path = await fileOf("");
    const journal = await openJournalFile(path);
    await journal.append(plainEvent(1));
    await appendFile(path, '{"v":1,');
    expect(await readJournalFile(path)).toEqual({ events: [plainEvent(1)], tornBytes: 7 });
    await truncate(path, linesOf(1).length);
    await journal.append(plainEvent(2));
    expect((await readJournalFile(path)).events).toHaveLength(2);
    await journal.close();
  });

  it("says when there is none", async () => {
    await expect(readJournalFile(join(directory, "none.jsonl"))).rejects.toMatchObject({
      code: "not-found",
    });
  });
});
