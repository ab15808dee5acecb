import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { journalOf, readJson } from "../support/run-files.js";

const flags = [
  ...["search", "--supernet", landscapeManifest, "--searcher", "random", "--budget", "6"],
  ...["--candidates", "3", "--max-macs", "200k,400k", "--out", "both", "--json"],
];

describe("collm search with a list of limits", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.create();
  });
  afterAll(() => workspace.remove());

  it("runs a search for each, draws one front, and repeats nothing when it is asked again", {
    timeout: 120_000,
  }, async () => {
    const first = await workspace.run(...flags);
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const front = JSON.parse(first.stdout);
    expect(front).toEqual(await readJson(workspace.file("both/front.json")));
    expect(front.searches).toMatchObject([
      { searchId: "both-200k", status: "finished", evaluations: { evaluated: 6 } },
      { searchId: "both-400k", status: "finished", evaluations: { evaluated: 6 } },
    ]);
    const journal = await journalOf(workspace.file("both/both-400k"));

    const again = await workspace.run(...flags);
    expect(again, again.stderr).toMatchObject({ code: 0, stdout: first.stdout });
    expect(await journalOf(workspace.file("both/both-400k"))).toEqual(journal);

    const drawn = await workspace.run("front", "both", "--out", "elsewhere", "--json");
    expect(drawn).toMatchObject({ code: 0, stdout: first.stdout });

    const other = await workspace.run(...flags, "--seed", "3");
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain("holds a search with other settings");
  });

  it("starts none if one of the limits cannot be met", { timeout: 60_000 }, async () => {
    const refused = await workspace.run(...flags.with(-4, "400k,1k").with(-2, "none"));
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("--max-macs: got 1k, allowed is at least");
    await expect(readJson(workspace.file("none/front.json"))).rejects.toThrow();
  });
});
