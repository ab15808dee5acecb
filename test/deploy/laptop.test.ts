import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer } from "@collm/events/testing";
import { checkHealth } from "@collm/rpc";
import { best, foldEvents, replaySearch, roleChangeIn, type SearchEvent } from "@collm/search";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { digitsManifest, Workspace } from "../support/collm.js";
import { makeSecrets } from "../support/make-secrets.js";
import { until } from "../support/poll.js";
import { completionsOf, journalOf } from "../support/run-files.js";
import { findKubectl, render, renderFolder } from "./kubectl.js";
import { type Workload, workloadsOf } from "./manifest.js";
import { clientFolder, clientPod } from "./pods/client-pod.js";
import { HeldModel } from "./pods/held-model.js";
import type { Pod } from "./pods/pod.js";
import { hasSandbox } from "./pods/sandbox.js";
import { SmallCluster } from "./pods/small-cluster.js";

const kubectl = findKubectl();
const missing = [
  ...(kubectl === undefined ? ["kubectl 1.21 or newer"] : []),
  ...(hasSandbox() ? [] : ["bubblewrap and user namespaces"]),
  ...(findNatsServer() === undefined ? ["nats-server"] : []),
];
const isSkipped = missing.length > 0;

const title = "the laptop overlay, its pods as processes";

describe.skipIf(isSkipped)(isSkipped ? `${title} (needs ${missing.join(", ")})` : title, () => {
  const folder = mkdtempSync(join(tmpdir(), "collm-laptop-"));
  let cluster: SmallCluster;
  let model: HeldModel;
  let client: Workload;
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.create();
    const [ours, strangers] = ["ours", "strangers"].map((name) => {
      const secrets = join(folder, name);
      makeSecrets(secrets);
      return renderFolder(kubectl ?? "", secrets);
    });
    const stranger = strangers
      ?.filter(({ metadata }) => metadata.name === "operator-tls")
      .map((secret) => ({ ...secret, metadata: { ...secret.metadata, name: "stranger-tls" } }));
    const manifests = [
      ...render(kubectl ?? "", "overlays/laptop"),
      ...(ours ?? []),
      ...(stranger ?? []),
    ];
    // The laptop's commands come from outside; those of the other overlays from this pod.
    const shipped = workloadsOf(render(kubectl ?? "", "overlays/single-gpu")).find(
      ({ manifest }) => manifest.metadata.name === "client",
    );
    if (!shipped) throw new Error("single-gpu has no client");
    client = shipped;
    cluster = new SmallCluster(manifests, join(folder, "pods"));
    model = await HeldModel.start();
    await cluster.start();
  }, 180_000);
  afterAll(async () => {
    await model.close();
    await cluster.stop();
    await workspace.remove();
    // Logs of what failed stay.
    if (!hasFailed) rmSync(folder, { recursive: true, force: true });
  }, 120_000);
  let hasFailed = false;
  afterEach(({ task }) => {
    hasFailed ||= task.result?.state === "fail";
  });

  it("loses nothing of a search while its model is swapped, evaluators scale and everything is rolled", {
    timeout: 600_000,
  }, async () => {
    const search = await cluster.run(
      clientPod(client, [
        ...["search", "--coordinator", "coordinator:7000", "--supernet", "digits"],
        ...["--out", `${clientFolder}/run`, "--iterations", "14", "--candidates", "6"],
        ...["--max-macs", "400k"],
      ]),
      "client",
    );
    const run = join(folder, "pods/client/volumes", clientFolder, "run");
    const journal = async (what: string, holds: (events: readonly SearchEvent[]) => boolean) =>
      await until(
        `${what}, see ${search.logFile}`,
        async () => {
          if (search.hasEnded) throw new Error(await words(search));
          return holds(await journalOf(run)) || undefined;
        },
        120_000,
      );
    // Everything below waits for the held model, so it hits the search wherever it is then.
    await journal("the first result", (events) => completionsOf(events).size > 0);
    await cluster.changeConfigMap("navigator-role", {
      COLLM_NAVIGATOR_BACKEND: "openai",
      COLLM_NAVIGATOR_MODEL: "held",
      COLLM_NAVIGATOR_BASE_URL: model.baseUrl,
    });
    let round = 0;
    /** Lets the model answer once more and waits until what follows is being evaluated. */
    const nextRound = async (): Promise<void> => {
      model.allow(1);
      round += 1;
      await journal(`evaluations of the model's strategy ${round}`, (events) => {
        const at = events.findIndex(
          (event) =>
            event.type === "StrategyProposed" && event.strategy?.includes(`strategy ${round}.`),
        );
        return at >= 0 && events.slice(at).some(({ type }) => type === "EvaluationRequested");
      });
    };
    await cluster.scale("evaluator", 4);
    await nextRound();
    await cluster.scale("evaluator", 1);
    for (const name of ["navigator", "generator", "coordinator", "evaluator", "nats"]) {
      await cluster.roll(name, nextRound);
    }
    expect(search.hasEnded, await words(search)).toBe(false);
    model.allow(Number.POSITIVE_INFINITY);
    expect(await search.end(), await words(search)).toBe(0);

    const events = await journalOf(run);
    expect(events.flatMap((event) => roleChangeIn(event) ?? [])).toMatchObject([
      { role: "navigator", from: "heuristic", to: expect.stringMatching(/^openai:held@127/u) },
    ]);
    const requested = events.filter(({ type }) => type === "EvaluationRequested");
    const completed = completionsOf(events);
    expect(completed.size).toBe(new Set(requested.map((event) => Object(event).key)).size);
    expect([...completed.values()].every((count) => count === 1)).toBe(true);
    expect(events.filter(({ type }) => type === "EvaluationFailed")).toEqual([]);
    expect((await replaySearch(events)).divergence).toBeUndefined();
    expect(cluster.problems).toEqual([]);

    const { top1Percent, images } = best(foldEvents(events))?.status.result ?? {};
    const evaluated = await workspace.run(
      ...["subnet", "evaluate", "--supernet", digitsManifest],
      ...["--architecture", join(run, "best/architecture.json")],
    );
    expect(evaluated, evaluated.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ top1Percent, images });
  });

  it.each([
    ["plaintext", { isEncrypted: false }, "one side speaks TLS and the other does not"],
    ["stranger", { secretName: "stranger-tls" }, "the server's certificate is not accepted"],
  ])("refuses commands with %s", { timeout: 90_000 }, async (name, options, reason) => {
    const args = ["runs", "--coordinator", "coordinator:7000"];
    const pod = await cluster.run(clientPod(client, args, options), `client-${name}`);
    expect(await pod.end(), await words(pod)).toBe(1);
    expect(await words(pod)).toContain("cannot connect to coordinator:7000");
    expect(await words(pod)).toContain(reason);
  });

  it.each([
    ["coordinator", 7000],
    ["navigator", 7001],
    ["generator", 7002],
    ["evaluator", 7003],
  ])("speaks no plaintext at the port of %s", async (workload, port) => {
    const [pod] = cluster.podsOf(workload);
    await expect(checkHealth(`${pod?.ip}:${port}`)).rejects.toMatchObject({ code: "unavailable" });
    expect(await checkHealth(`${pod?.ip}:7090`)).toBe("SERVING");
  });
});

function words(pod: Pod): Promise<string> {
  return readFile(pod.logFile, "utf8");
}
