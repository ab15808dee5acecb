import type { Journal, SearchEvent } from "@collm/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryEvents, plainEvent } from "./arbitrary-events.js";

/** An open journal as the contract sees it. */
export interface OpenedJournal extends Journal {
  /** What was in the journal when it was opened. */
  readonly events: readonly SearchEvent[];
  close(): Promise<void>;
}

/** One implementation under test. */
export interface JournalHarness {
  /** Opens the journal of this name for writing; the same name is the same journal. */
  open(name: string): Promise<OpenedJournal>;
  /** Runs of each property. Default 25. */
  readonly numRuns?: number;
}

/** What every journal promises. */
export function describeJournal(implementation: string, harness: JournalHarness): void {
  const { open } = harness;
  const numRuns = harness.numRuns ?? 25;
  let names = 0;
  const freshName = () => {
    names += 1;
    return `journal-${names}`;
  };

  async function eventsOf(name: string): Promise<readonly SearchEvent[]> {
    const journal = await open(name);
    const events = [...journal.events];
    await journal.close();
    return events;
  }

  // A busy disk may take a second for each write.
  describe(`${implementation} as a journal`, { timeout: 60_000 }, () => {
    it("is empty at first", async () => {
      expect(await eventsOf(freshName())).toEqual([]);
    });

    it("gives any list of events back, over any number of sittings", async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryEvents(), fc.nat(12), async (events, cut) => {
          const name = freshName();
          for (const part of [events.slice(0, cut), events.slice(cut)]) {
            const journal = await open(name);
            for (const event of part) await journal.append(event);
            await journal.close();
          }
          expect(await eventsOf(name)).toEqual(events);
        }),
        { numRuns },
      );
    });

    it("keeps the order of appends that were not waited for", async () => {
      const name = freshName();
      const journal = await open(name);
      const events = Array.from({ length: 100 }, (_, i) => plainEvent(i + 1));
      const finished: number[] = [];
      await Promise.all(
        events.map((event) => journal.append(event).then(() => finished.push(event.seq))),
      );
      await journal.close();
      expect(finished).toEqual(events.map(({ seq }) => seq));
      expect(await eventsOf(name)).toEqual(events);
    });

    it("refuses an event that does not follow the last, and keeps working", async () => {
      const name = freshName();
      const journal = await open(name);
      await journal.append(plainEvent(1));
      for (const wrong of [plainEvent(1), plainEvent(3), plainEvent(2, "other")]) {
        await expect(journal.append(wrong)).rejects.toMatchObject({ code: "invalid-argument" });
      }
      await journal.append(plainEvent(2));
      await journal.close();
      expect(await eventsOf(name)).toEqual([plainEvent(1), plainEvent(2)]);
    });

    it("refuses appends once it is closed; closing twice is no error", async () => {
      const journal = await open(freshName());
      await journal.close();
      await journal.close();
      await expect(journal.append(plainEvent(1))).rejects.toMatchObject({
        code: "failed-precondition",
      });
    });

    it("has one writer: of those who open it at once exactly one wins", async () => {
      const name = freshName();
      for (let round = 1; round <= 5; round += 1) {
        const openings = await Promise.allSettled(Array.from({ length: 6 }, () => open(name)));
        const winners = openings.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
        const losers = openings.flatMap((one) => (one.status === "rejected" ? one.reason : []));
        expect(winners).toHaveLength(1);
        for (const loser of losers) expect(loser).toMatchObject({ code: "failed-precondition" });
        const [winner] = winners;
        await winner?.append(plainEvent(round));
        await expect(open(name)).rejects.toMatchObject({ code: "failed-precondition" });
        await winner?.close();
      }
      expect(await eventsOf(name)).toHaveLength(5);
    });
  });
}
