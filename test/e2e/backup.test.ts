import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { best, foldEvents } from "@collm/search";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster } from "../support/cluster.js";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { allProcessesGone } from "../support/disturbed-search.js";
import { journalOf } from "../support/run-files.js";

describeWithNats("collm journals", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.create();
  });
  afterAll(() => workspace.remove());

  it("moves finished and unfinished searches to another deployment", {
    timeout: 120_000,
  }, async () => {
    const folder = workspace.file("backup");
    const copyOf = (search: string) => join(folder, search, "events.jsonl");
    const startCluster = () =>
      Cluster.start(workspace, { manifest: landscapeManifest, evaluators: 1 });

    const before = await startCluster();
    const searched = await workspace.run(
      ...["search", "--coordinator", before.address, "--supernet", "landscape"],
      ...["--max-macs", "200k,400k", "--budget", "6", "--out", workspace.file("run")],
      ...["--searcher", "random"],
    );
    expect(searched, searched.stderr).toMatchObject({ code: 0 });
    const backup = () =>
      workspace.run("journals", "backup", "--nats", before.nats.url, "--to", folder);
    expect((await backup()).stderr).toMatch(/run-200k: (\d+) of \1 events copied/u);
    expect((await backup()).stderr).toContain("run-400k: nothing new");
    const report = await workspace.run("report", join(folder, "run-200k"));
    expect(report, report.stderr).toMatchObject({ code: 0 });
    const absent = await workspace.run(
      ...["journals", "backup", "nothing", "--nats", before.nats.url, "--to", folder],
    );
    expect(absent).toMatchObject({ code: 1 });
    expect(absent.stderr).toContain("nothing: no search of that name");
    await before.stop();
    await allProcessesGone(workspace);

    // As a backup that was made while this search was running.
    const whole = await readFile(copyOf("run-400k"), "utf8");
    await writeFile(copyOf("run-400k"), `${whole.split("\n").slice(0, 6).join("\n")}\n`);
    const bare = await TestNatsServer.start();
    const early = await workspace.run(
      ...["journals", "restore", "--nats", bare.url, "--from", folder],
    );
    await bare.stop();
    expect(early).toMatchObject({ code: 1 });
    expect(early.stderr).toContain("stream COLLM_JOURNAL: is missing; a coordinator makes it");

    const after = await startCluster();
    const restored = await workspace.run(
      ...["journals", "restore", "--nats", after.nats.url, "--from", folder],
    );
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    const at = ["--coordinator", after.address];
    const watched = await workspace.run("watch", "run-400k", ...at);
    expect(watched, watched.stderr).toMatchObject({ code: 0 });
    const again = workspace.file("again");
    const copied = await workspace.run(
      ...["journals", "backup", "--nats", after.nats.url, "--to", again],
    );
    expect(copied, copied.stderr).toMatchObject({ code: 0 });
    const original = await journalOf(workspace.file("run/run-200k"));
    expect(await journalOf(join(again, "run-200k"))).toEqual(original);
    const continued = foldEvents(await journalOf(join(again, "run-400k")));
    expect(continued.phase).toBe("finished");
    const undisturbed = foldEvents(await journalOf(workspace.file("run/run-400k")));
    const winner = best(undisturbed)?.architecture;
    expect(winner).toBeDefined();
    expect(best(continued)?.architecture).toEqual(winner);
    await after.stop();
    await allProcessesGone(workspace);
  });
});
