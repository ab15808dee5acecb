import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeBzip2, encodePlain, plainRecord } from "@collm/nas-bench-201/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";
import { until } from "../support/poll.js";

const records = 12;

describe("collm import nas-bench-201 of a folder", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  let folder: string;
  beforeAll(async () => {
    workspace = await Workspace.create();
    folder = workspace.file("NATS-tss-simple");
    await mkdir(folder);
    for (let index = 0; index < records; index++) {
      const name = `${String(index).padStart(6, "0")}.pickle.pbz2`;
      await writeFile(join(folder, name), encodeBzip2(encodePlain(plainRecord(index))));
    }
  }, 120_000);
  afterAll(() => workspace.remove());

  /** Kills an import once its unfinished rows have grown by some. */
  async function killAfterRows(table: string): Promise<void> {
    const sizeOf = async (): Promise<number> =>
      (await stat(`${table}.partial`).catch(() => null))?.size ?? 0;
    const before = await sizeOf();
    const rowBytes = 1500;
    const collm = workspace.start(
      "import",
      "nas-bench-201",
      folder,
      "--output",
      table,
      "--threads",
      "1",
    );
    await until("a finished row", async () =>
      (await sizeOf()) > before + rowBytes ? true : undefined,
    );
    collm.child.kill("SIGKILL");
    expect(await collm.finished).toMatchObject({ signal: "SIGKILL" });
  }

  it("killed twice, goes on with what it had and gives the same table as one left alone", async () => {
    const table = workspace.file("killed.safetensors");
    await killAfterRows(table);
    await killAfterRows(table);
    expect(await readdir(workspace.path)).not.toContain("killed.safetensors");
    const finished = await workspace.run(
      "import",
      "nas-bench-201",
      folder,
      "--output",
      table,
      "--json",
    );
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    const summary = JSON.parse(finished.stdout) as { resumed: number; architectures: number };
    expect(summary.architectures).toBe(records);
    expect(summary.resumed).toBeGreaterThanOrEqual(2);
    expect(summary.resumed).toBeLessThan(records);

    const undisturbed = workspace.file("undisturbed.safetensors");
    const alone = await workspace.run("import", "nas-bench-201", folder, "--output", undisturbed);
    expect(alone, alone.stderr).toMatchObject({ code: 0 });
    expect(alone.stdout).toContain("next: a manifest");
    expect(await readFile(table)).toEqual(await readFile(undisturbed));
    const left = (await readdir(workspace.path)).filter((name) => name.includes("safetensors"));
    expect(left.sort()).toEqual(["killed.safetensors", "undisturbed.safetensors"]);
  });

  it("with a bad record ends with code 1, names it and writes nothing; bad usage ends with 2", async () => {
    const broken = workspace.file("broken");
    await mkdir(broken);
    await writeFile(join(broken, "000003.pickle.pbz2"), encodeBzip2(encodePlain(plainRecord(4))));
    const bad = await workspace.run(
      "import",
      "nas-bench-201",
      broken,
      "--output",
      "bad.safetensors",
    );
    expect(bad).toMatchObject({ code: 1, stdout: "" });
    expect(bad.stderr).toContain("000003.pickle.pbz2: 12/arch_index: got number 4, allowed is 3");
    expect(await readdir(workspace.path)).not.toContain("bad.safetensors");
    for (const args of [
      ["nothing-here", "--output", "x"],
      [folder],
      [folder, "--output", "x", "--threads", "0"],
    ]) {
      expect(await workspace.run("import", "nas-bench-201", ...args)).toMatchObject({ code: 2 });
    }
  });
});
