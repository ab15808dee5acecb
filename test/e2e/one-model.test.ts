import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";
import { conversations, recordedFlags, recordedSearches } from "../support/conversations.js";
import { processesIn } from "../support/processes.js";
import { journalOf } from "../support/run-files.js";

describe("a search with one language model", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    expect(await processesIn(workspace.path)).toEqual([]);
    await workspace.remove();
  });

  it.each([
    ["sillm", "Write all sections now."],
    ["opro", "There are no scores yet."],
  ] as const)(
    "asks %s's only role in the words of the prompt set that was chosen",
    async (...row) => {
      const [searcher, words] = row;
      const [role] = recordedSearches[searcher];
      const run = workspace.file("run");
      const llm = ["--llm", `replay:${conversations}?strict`];
      const finished = await workspace.run(...recordedFlags(searcher, run), ...llm, "--json");
      expect(finished, finished.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(finished.stdout).roles).toMatchObject({ [role]: { kind: "replay" } });

      const events = await journalOf(run);
      expect(events[0]).toMatchObject({
        roles: { [role]: expect.stringMatching(/^replay:conversations prompts/) },
      });
      expect(events.map(({ type }) => type)).not.toContain("Degraded");
      const exchanges = events.flatMap((event) => ("exchanges" in event ? event.exchanges : []));
      expect(JSON.stringify(exchanges[0]?.request)).toContain(words);
      expect(events.find(({ type }) => type === "CandidatesProposed")).toMatchObject({
        origin: role,
      });
      expect(exchanges).toMatchObject([
        { backend: "replay", request: { prompts: { set: "plain" } } },
        { backend: "replay", usage: { inputTokens: 900, outputTokens: 120 } },
      ]);
    },
  );
});
