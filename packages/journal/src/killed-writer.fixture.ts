import { openFileEvaluationStore } from "./evaluation-store.js";
import { openJournalFile } from "./journal-file.js";
import { plainEvent } from "./testing/arbitrary-events.js";

/**
 * A process for `killed-writer.test.ts`: appends to a journal until it is killed, telling its
 * parent each event that is durable, or writes a store's keys and tells what they hold.
 */
const [mode, path = "", id = ""] = process.argv.slice(2);

if (mode === "journal") {
  const journal = await openJournalFile(path);
  let seq = journal.events.length;
  const append = async (): Promise<void> => {
    seq += 1;
    const mine = seq;
    await journal.append(plainEvent(mine));
    process.send?.(mine);
    return append();
  };
  // Several at once, so that the kill meets groups of lines.
  await Promise.all([append(), append(), append(), append()]);
} else {
  const store = openFileEvaluationStore(path);
  const images = Number(id);
  const seen: number[] = [];
  for (let key = 0; key < 20; key += 1) {
    const result = { top1Percent: 50, top5Percent: 90, images, seconds: 1 };
    seen.push((await store.write(`key ${key}`, result)).images);
  }
  process.send?.(seen, undefined, undefined, () => process.exit(0));
}
