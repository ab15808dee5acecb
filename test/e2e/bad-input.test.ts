import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digitsManifest, landscapeManifest, Workspace } from "../support/collm.js";

describe("collm with bad input", { timeout: 60_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(() => workspace.remove());

  /** Exit code 2 and one line that holds all `parts`. */
  async function expectRefusal(args: readonly string[], ...parts: readonly string[]) {
    const { code, stderr, stdout } = await workspace.run(...args);
    const lines = stderr.trim().split("\n");
    expect(lines, stderr).toHaveLength(1);
    for (const part of parts) expect(lines[0]).toContain(part);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  }

  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(workspace.file(name), text);
    return workspace.file(name);
  };

  it("names an unknown key of the configuration", async () => {
    const config = await write("c.yaml", `supernet: ${landscapeManifest}\nbugdet: 3\n`);
    await expectRefusal(["search", "--config", config], "bugdet: unknown key");
  });

  it("names field, value and what is allowed", async () => {
    await expectRefusal(
      ["search", "--supernet", landscapeManifest, "--budget", "many"],
      '--budget: got "many", allowed is a whole number',
    );
    await expectRefusal(
      ["search", "--supernet", landscapeManifest, "--searcher", "genius"],
      '--searcher: got "genius"',

      "collm, sillm, opro, evolution, ageing-evolution, local-search, reinforce, random",
    );
  });

  it("names the variable of a wrong value, even of one that is not YAML", async () => {
    workspace.env = { COLLM_SEARCH_BUDGET: "[1" };
    await expectRefusal(
      ["search", "--supernet", landscapeManifest],
      'environment: COLLM_SEARCH_BUDGET: got "[1", allowed is a whole number',
    );
  });

  it("names the key of a provider that cannot be asked for, not the evaluator's variable", async () => {
    const config = await write("c.yaml", "evaluator: { provider: abacus }\n");
    await expectRefusal(
      ["search", "--supernet", landscapeManifest, "--config", config],
      `${config}: evaluator.provider: got "abacus", allowed is cpu, cuda, tensorrt, dml, coreml`,
    );
  });

  it("says the smallest cost when a limit cannot be met", async () => {
    await expectRefusal(
      ["search", "--supernet", landscapeManifest, "--max-macs", "1K"],
      "--max-macs: got 1K",
      "the smallest number of MACs that landscape can reach",
    );
    const config = await write("c.yaml", "maxParams: 1k\n");
    await expectRefusal(
      ["search", "--supernet", landscapeManifest, "--config", config],
      "maxParams: got 1000",
      "the smallest number of parameters that landscape can reach",
    );
  });

  it("names a flag as it was typed, with its value", async () => {
    const search = ["search", "--supernet", landscapeManifest];
    await expectRefusal(
      [...search, "--max-macs", "1.5"],
      '--max-macs: got "1.5", allowed is a positive count',
    );
    await expectRefusal(
      [...search, "--navigator-memory", "true"],
      '--navigator-memory: got "true", allowed is on or off',
    );
  });

  it("refuses a password in a base URL without showing it", async () => {
    const { code, stderr } = await workspace.run(
      ...["search", "--supernet", landscapeManifest],
      ...["--llm", "openai:m@http://user:s3cret@127.0.0.1:9/v1"],
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^collm: --llm: navigator.baseUrl: got .*without user name and password/,
    );
    expect(stderr).not.toContain("s3cret");
  });

  it("refuses a published search on another family, and a lower bound that no search heeds", async () => {
    const evolution = ["search", "--supernet", landscapeManifest, "--searcher", "evolution"];
    await expectRefusal(
      [...evolution, "--preset", "autoformer"],
      "evolution.algorithm: got autoformer",
      "allowed for the family ofa-mobilenet-v3 is elitist, generational or spos",
    );
    await expectRefusal([...evolution, "--min-params", "5M"], "--min-params: got 5M");
  });

  it("says that a manifest is missing", async () => {
    await expectRefusal(["search", "--supernet", "none.yaml"], "none.yaml", "cannot be read");
  });

  it("names gene, value and choices of an illegal architecture", async () => {
    const architecture = await write(
      "a.json",
      JSON.stringify({
        ks: [4, ...Array(11).fill(3)],
        e: Array(12).fill(2),
        d: [1, 1, 1, 1],
        r: 28,
      }),
    );
    await expectRefusal(
      ["subnet", "evaluate", "--supernet", digitsManifest, "--architecture", architecture],
      "ks[0]: got 4",
      "3, 5, 7",
    );
  });

  it("says where a run is missing", async () => {
    await expectRefusal(["resume", "nowhere"], "nowhere", "no run directory");
  });

  it("has doctor say that the home directory cannot be used", async () => {
    const home = await write("file", "");
    workspace.env = { COLLM_HOME: home };
    const { code, stdout } = await workspace.run("doctor");
    expect(code).toBe(1);
    expect(stdout).toContain(
      `FAIL  home: home directory (COLLM_HOME) ${home}: a file of that name is in the way`,
    );
  });

  it("says which file is missing, and which option names it", async () => {
    const architecture = await write(
      "a.json",
      JSON.stringify({ ks: Array(12).fill(3), e: Array(12).fill(2), d: [1, 1, 1, 1], r: 28 }),
    );
    await expectRefusal(
      [
        ...["subnet", "run", "--supernet", digitsManifest, "--architecture", architecture],
        ...["--input", "none.npy", "--output", "y.npy"],
      ],
      "--input none.npy: no such file or directory",
    );
  });

  it("explains unknown commands and options", async () => {
    const { code, stderr } = await workspace.run("search", "--bugdet", "3");
    expect(code).toBe(2);
    expect(stderr).toContain("unknown option '--bugdet'");
  });
});
