import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Finished, landscapeManifest, Workspace } from "../support/collm.js";
import { until } from "../support/poll.js";

describe("collm serve", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
    workspace.env = { COLLM_SUPERNETS: landscapeManifest, COLLM_METRICS_PORT: "off" };
  });
  afterEach(() => workspace.remove());

  it("runs an evaluator that is told nothing but its supernets, until SIGTERM", async () => {
    const service = workspace.start("serve", "evaluator");
    let said = "";
    service.child.stderr?.on("data", (piece: string) => {
      said += piece;
    });
    await until("the service to be ready", () => (said.includes('"ready"') ? true : undefined));
    service.child.kill("SIGTERM");
    expect(await service.finished).toMatchObject({ code: 0, stdout: "" });
  });

  it("asks for all that is missing at once, and for nothing that has a default", async () => {
    workspace.env = {};
    const evaluator = await workspace.run("serve", "evaluator");
    expect(evaluator).toMatchObject({ code: 2, stdout: "" });
    expect(evaluator.stderr).toMatch(/^collm evaluator: COLLM_SUPERNETS: is not set[^;\n]*\n$/);
    workspace.env = { COLLM_NAVIGATOR_ADDRESS: "nowhere" };
    const coordinator = await workspace.run("serve", "coordinator");
    workspace.env = {};
    expect(coordinator).toMatchObject({ code: 2, stdout: "" });
    expect(coordinator.stderr).toMatch(
      /^collm coordinator: COLLM_NAVIGATOR_ADDRESS: got "nowhere"[^;]*; COLLM_EVALUATOR_ADDRESS: is not set[^;]*\n$/,
    );
  });

  it("says in one line that it cannot listen", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const inUse = await workspace.run("serve", "navigator", "--port", port);
    taken.close();
    expect(inUse).toMatchObject({ code: 2, stdout: "" });
    // Logs are JSON on standard error, too.
    const last = ({ stderr }: Finished) => stderr.trim().split("\n").at(-1);
    expect(last(inUse)).toBe(
      `collm navigator: host and port: cannot listen on 127.0.0.1:${port} (listen EADDRINUSE: address already in use 127.0.0.1:${port})`,
    );
    const nowhere = await workspace.run(
      "serve",
      "navigator",
      "--host",
      "no such host",
      "--insecure",
    );
    expect(nowhere).toMatchObject({ code: 2, stdout: "" });
    expect(last(nowhere)).toMatch(
      /^collm navigator: host and port: cannot listen on no such host:/,
    );
    const plain = await workspace.run("serve", "navigator", "--host", "0.0.0.0");
    expect(plain).toMatchObject({ code: 2, stdout: "" });
    expect(plain.stderr).toMatch(
      /^collm navigator: COLLM_HOST: got "0\.0\.0\.0", allowed is a loopback address as long as [^\n]*--insecure\) does without\n$/,
    );
  });
});
