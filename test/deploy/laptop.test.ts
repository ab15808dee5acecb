import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNatsServer } from "@collm/events/testing";
import { replaySearch } from "@collm/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digitsManifest, Workspace } from "../support/collm.js";
import { until } from "../support/poll.js";
import { completionsOf, decisionsOf, journalOf } from "../support/run-files.js";
import { findKubectl, render, renderFolder } from "./kubectl.js";
import { clientFolder, clientPod } from "./pods/client-pod.js";
import type { Pod } from "./pods/pod.js";
import { hasSandbox } from "./pods/sandbox.js";
import { SmallCluster } from "./pods/small-cluster.js";

const kubectl = findKubectl();
const missing = [
  ...(kubectl === undefined ? ["kubectl 1.21 or newer"] : []),
  ...(hasSandbox() ? [] : ["bubblewrap and user namespaces"]),
  ...(findNatsServer() === undefined ? ["nats-server"] : []),
];
if (missing.length > 0) console.log(`the laptop overlay is not run without ${missing.join(", ")}`);

const makeSecrets = fileURLToPath(
  new URL("../../deploy/kustomize/make-secrets.sh", import.meta.url),
);

const budget = 60;
const flags = [
  "--budget",
  String(budget),
  "--candidates",
  "6",
  "--seed",
  "3",
  "--max-macs",
  "400k",
];

describe.skipIf(missing.length > 0)("the laptop overlay, its pods as processes", () => {
  const folder = mkdtempSync(join(tmpdir(), "collm-laptop-"));
  let cluster: SmallCluster;
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.create();
    const secrets = join(folder, "secrets");
    execFileSync(makeSecrets, [secrets], { stdio: "ignore" });
    const manifests = [
      ...render(kubectl ?? "", "overlays/laptop"),
      ...renderFolder(kubectl ?? "", secrets),
    ];
    cluster = new SmallCluster(manifests, join(folder, "pods"));
    console.log(folder);
    await cluster.start();
  }, 180_000);
  afterAll(async () => {
    await cluster.stop();
    await workspace.remove();
    if (process.env.KEEP === undefined) rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it("loses nothing of a search while evaluators scale 1, 4, 1 and every service is rolled", {
    timeout: 400_000,
  }, async () => {
    const search = await cluster.run(
      clientPod(
        ...["search", "--coordinator", "coordinator:7000", "--supernet", "digits"],
        ...["--out", `${clientFolder}/run`, ...flags],
      ),
      "client",
    );
    const run = join(folder, "pods/client/volumes", clientFolder, "run");
    const evaluated = (count: number) =>
      until(
        `${count} evaluations, see ${search.logFile}`,
        async () => {
          const isOver = completionsOf(await journalOf(run)).size >= count;
          return isOver || search.hasEnded ? true : undefined;
        },
        120_000,
      );
    await evaluated(3);
    await cluster.scale("evaluator", 4);
    for (const name of ["navigator", "generator", "coordinator", "evaluator", "nats"]) {
      console.log(new Date().toISOString(), name, completionsOf(await journalOf(run)).size);
      await cluster.roll(name);
    }
    console.log(new Date().toISOString(), completionsOf(await journalOf(run)).size);
    await cluster.scale("evaluator", 1);
    expect(search.hasEnded, await words(search)).toBe(false);
    expect(await search.end(), await words(search)).toBe(0);
    console.log(new Date().toISOString(), completionsOf(await journalOf(run)).size);

    const events = await journalOf(run);
    const embedded = workspace.file("run");
    const here = await workspace.run(
      ...["search", "--supernet", digitsManifest, "--out", embedded, ...flags],
    );
    expect(here, here.stderr).toMatchObject({ code: 0 });
    expect(decisionsOf(events)).toEqual(decisionsOf(await journalOf(embedded)));
    expect([...completionsOf(events).values()].every((count) => count === 1)).toBe(true);
    expect((await replaySearch(events)).divergence).toBeUndefined();
    expect(cluster.problems).toEqual([]);
  });
});

function words(pod: Pod): Promise<string> {
  return readFile(pod.logFile, "utf8");
}
