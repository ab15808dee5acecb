import { RunDirectory, runSource } from "@collm/cli";
import { startChatServer } from "@collm/llm/testing";
import type { RoleText } from "@collm/search";
import { expect, it, onTestFinished } from "vitest";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { allProcessesGone } from "../support/disturbed-search.js";
import { until } from "../support/poll.js";

it("shows whoever watches a run directory what a model is writing", {
  timeout: 120_000,
}, async () => {
  const workspace = await Workspace.create();
  onTestFinished(() => workspace.remove());
  // It begins again and again and never comes to an end, so that whoever comes late hears it too.
  const server = await startChatServer([{ kind: "hang", pieces: ["Go deep, ", "stay narrow."] }]);
  onTestFinished(() => server.close());
  workspace.env = {
    COLLM_SEARCH_NAVIGATOR_TIMEOUT_MS: "1000",
    COLLM_SEARCH_GENERATOR_TIMEOUT_MS: "1000",
  };
  const path = workspace.file("run");
  const search = workspace.start(
    ...["search", "--supernet", landscapeManifest, "--out", path, "--budget", "200"],
    ...["--llm", `openai:m@${server.baseUrl}`],
  );
  const run = new RunDirectory(path);
  await until("the coordinator's address", () => run.coordinator().catch(() => undefined));

  const heard: RoleText[] = [];
  const left = new AbortController();
  const watching = (async () => {
    const source = runSource(run);
    for await (const _ of source.pieces(left.signal, (text) => heard.push(text)));
  })();
  await until("a text", () => (heard.length > 1 ? true : undefined));
  left.abort();
  await watching;
  expect(heard[0]).toMatchObject({ role: "navigator", kind: "answer" });
  expect(heard.map(({ text }) => text).join("")).toMatch(/Go deep|stay narrow/);

  search.child.kill("SIGINT");
  await search.finished;
  expect(await run.coordinator()).toBeUndefined();
  await allProcessesGone(workspace);
});
