import { startChatServer } from "@collm/llm/testing";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { processesIn } from "../support/processes.js";
import { journalOf } from "../support/run-files.js";

/** Readable, though no architectures of the space. */
const candidates = [{ ks: [3], e: [3], d: [2], r: 16 }];

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
    ["sillm", "navigator", "Write all sections now."],
    ["opro", "generator", "There are no scores yet."],
  ])("asks %s's only role in the words of the prompt set that was chosen", async (...row) => {
    const [searcher, role, words] = row;
    const answer = `## SUMMARY\nGo small.\n\n## CANDIDATES\n${JSON.stringify({ candidates })}`;
    const chat = await startChatServer([{ kind: "answer", pieces: [answer] }]);
    onTestFinished(() => chat.close());
    const run = workspace.file("run");
    const finished = await workspace.run(
      "search",
      ...["--supernet", landscapeManifest, "--out", run, "--max-macs", "400k", "--no-test"],
      ...["--searcher", searcher, "--iterations", "1", "--candidates", "3"],
      ...["--prompts", "plain", "--llm", `openai:m@${chat.baseUrl}`],
    );
    expect(finished.stderr).toContain("iteration 1:");

    expect(chat.seen).toHaveLength(1);
    expect(JSON.stringify(chat.seen[0]?.body)).toContain(words);
    const events = await journalOf(run);
    expect(events[0]).toMatchObject({
      roles: { [role]: expect.stringMatching(/^openai:m prompts/) },
    });
    const exchanges = events.flatMap((event) => ("exchanges" in event ? event.exchanges : []));
    expect(events.find(({ type }) => type === "CandidatesProposed")).toMatchObject({
      origin: role,
    });
    expect(exchanges).toMatchObject([{ request: { prompts: { set: "plain" } } }]);
  });
});
