import { parseArgs } from "node:util";
import { type SearcherName, searcherNames } from "@collm/search";
import { machineLine } from "../machine.js";
import { fixed, grouped, markdownTable } from "../markdown.js";
import { readCount, readNames } from "../options.js";
import type { Suite } from "../suite.js";
import { measureAtOnce } from "./measure-at-once.js";
import { type Measured, measureLongJournal } from "./measure-long-journal.js";

export const journalSuite: Suite = {
  name: "journal",
  summary: "a journal of 100,000 events: resume, watch, report; and 50 searches at once",
  optionsHelp: [
    "  --budget N        evaluations of the long search, three events each (default: 33000)",
    "  --searcher NAME   random, evolution, ageing-evolution or local-search (default: random)",
    "  --searches N      small searches at once and one after the other (default: 50)",
    "  --no-nats         files only",
    "",
    "  Final run, about 3 minutes on two idle cores; NATS is measured where nats-server is installed:",
    "      pnpm --silent bench journal",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        budget: { type: "string", default: "33000" },
        searcher: { type: "string", default: "random" },
        searches: { type: "string", default: "50" },
        "no-nats": { type: "boolean", default: false },
      },
    });
    const machine = machineLine();
    const budget = readCount("budget", values.budget);
    const [searcher = "random"] = readNames<SearcherName>(
      "searcher",
      values.searcher,
      searcherNames,
    );
    const withNats = !values["no-nats"];
    const { events, rows: long } = await measureLongJournal({ searcher, budget }, withNats);
    const atOnce = await measureAtOnce(readCount("searches", values.searches), withNats);
    return {
      markdown: [
        `${grouped(events.length)} events of a search by ${searcher} with ${grouped(budget)} evaluations. ${machine}.`,
        "",
        table(long),
        "",
        table(atOnce),
      ].join("\n"),
      files: {},
    };
  },
};

function table(rows: readonly Measured[]): string {
  return markdownTable(
    ["", "seconds", "CPU seconds", ""],
    rows.map(({ what, taken, note = "" }) => [
      what,
      (taken.wallMs / 1000).toFixed(2),
      fixed(taken.cpuMs / 1000, 2),
      note,
    ]),
  );
}
