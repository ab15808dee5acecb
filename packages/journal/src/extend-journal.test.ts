import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extendJournal } from "./extend-journal.js";
import { openJournalFile, readJournalFile } from "./journal-file.js";
import { arbitraryEvents, plainEvent } from "./testing/arbitrary-events.js";
import { temporaryDirectory } from "./testing/temporary-directory.js";

describe("extendJournal", () => {
  it("brings any earlier state of a journal to the later one, and back nothing", async () => {
    const folder = temporaryDirectory();
    let file = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryEvents(), fc.nat(), async (events, draw) => {
        const path = `${folder}/${file++}.jsonl`;
        const had = draw % (events.length + 1);
        const first = await openJournalFile(path);
        await extendJournal(first, events.slice(0, had));
        await first.close();
        const second = await openJournalFile(path);
        const appended = events.length - had;
        expect(await extendJournal(second, events)).toEqual({ kind: "extended", appended });
        await second.close();
        const third = await openJournalFile(path);
        const earlier = events.slice(0, had);
        expect(await extendJournal(third, earlier)).toEqual({ kind: "extended", appended: 0 });
        await third.close();
        expect((await readJournalFile(path)).events).toEqual(events);
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("leaves a journal alone that went another way", async () => {
    const path = `${temporaryDirectory()}/events.jsonl`;
    const journal = await openJournalFile(path);
    await journal.append(plainEvent(1));
    await journal.append(plainEvent(2));
    await journal.close();
    const again = await openJournalFile(path);
    const other = { ...plainEvent(2), at: "2027-01-01T00:00:00.000Z" };
    const copy = [plainEvent(1), other, plainEvent(3)];
    expect(await extendJournal(again, copy)).toEqual({ kind: "differs", seq: 2 });
    await again.close();
    expect((await readJournalFile(path)).events).toEqual([plainEvent(1), plainEvent(2)]);
  });
});
