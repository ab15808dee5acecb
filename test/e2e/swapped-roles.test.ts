import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MountedFolder } from "@collm/config/testing";
import { type ChatScript, type ChatServer, startChatServer } from "@collm/llm/testing";
import { searchResultSchema } from "@collm/report";
import { roleChangeIn, type SearchEvent } from "@collm/search";
import { createRng, createSearchSpace, sampleUniform } from "@collm/search-space";
import { loadManifest } from "@collm/supernet";
import { expect, it, onTestFinished } from "vitest";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { journalOf, readJson } from "../support/run-files.js";
import { Service, type ServiceName } from "../support/service.js";

const key = "planted-key-of-the-generator";

async function startModel(script: ChatScript): Promise<ChatServer> {
  const server = await startChatServer(script);
  onTestFinished(() => server.close());
  return server;
}

/** Files of a role whose model is behind that server. */
function playedBy(role: "NAVIGATOR" | "GENERATOR", model: string, { baseUrl }: ChatServer) {
  const prefix = `COLLM_${role}`;
  return {
    [`${prefix}_BACKEND`]: "openai",
    [`${prefix}_MODEL`]: model,
    [`${prefix}_BASE_URL`]: baseUrl,
  };
}

/** Who gave each answer of a role by what was really sent: model `a`, or the backend without a model. */
function playersIn(events: readonly SearchEvent[], role: "navigator" | "generator"): string[] {
  const type = role === "navigator" ? "StrategyProposed" : "CandidatesProposed";
  return events.flatMap((event) => {
    if (event.type !== type) return [];
    const [exchange] = event.exchanges;
    return [Object(Object(exchange?.request).body).model ?? exchange?.backend];
  });
}

/** The places, from 1, where a list has something else than before. */
function changesIn(players: readonly string[]): number[] {
  return players.flatMap((player, i) => (i > 0 && player !== players[i - 1] ? [i + 1] : []));
}

it("swaps both language models while a search runs, replica by replica, and the journal says so", {
  timeout: 120_000,
}, async () => {
  const workspace = await Workspace.create();
  onTestFinished(() => workspace.remove());
  const folder = async (name: string) => {
    await mkdir(workspace.file(name));
    return new MountedFolder(workspace.file(name));
  };
  const navigators = [await folder("navigator-1"), await folder("navigator-2")] as const;
  const generatorFolder = await folder("generator");
  await writeFile(workspace.file("key"), `${key}\n`);

  const space = createSearchSpace((await loadManifest(landscapeManifest)).spec);
  const writer = await startModel(({ body }) => {
    const rng = createRng(1, JSON.stringify(body.messages));
    const candidates = Array.from({ length: 4 }, () => space.notation(sampleUniform(space, rng)));
    return { kind: "answer", pieces: [JSON.stringify({ candidates })] };
  });
  // The folders change while a question is being answered, so that it is certain which is the next one.
  const second = await startModel(async (_, index) => {
    if (index === 1) await generatorFolder.mount({ COLLM_GENERATOR_BACKEND: "gpt" });
    if (index === 2) {
      const keyFile = { COLLM_GENERATOR_API_KEY_FILE: workspace.file("key") };
      await generatorFolder.mount({ ...playedBy("GENERATOR", "w", writer), ...keyFile });
    }
    return { kind: "answer", pieces: [`Second model, strategy ${index}.`] };
  });
  const first = await startModel(async (_, index) => {
    // Kubelets are not at the same time: the other replica goes on with the first model for a while.
    if (index === 1) await navigators[0].mount(playedBy("NAVIGATOR", "b", second));
    if (second.seen.length > 0) await navigators[1].mount(playedBy("NAVIGATOR", "b", second));
    return { kind: "answer", pieces: [`First model, strategy ${index}.`] };
  });
  await generatorFolder.mount({ COLLM_GENERATOR_BACKEND: "heuristic" });
  for (const each of navigators) await each.mount(playedBy("NAVIGATOR", "a", first));

  const start = async (name: ServiceName, log: string, env: Record<string, string>) => {
    const service = await Service.start({ name, logFile: workspace.file(log), env });
    onTestFinished(() => service.stop());
    return service.address;
  };
  const evaluations = { COLLM_EVALUATIONS_DIR: workspace.file("evaluations") };
  const [evaluator, generator, ...roles] = await Promise.all([
    start("evaluator", "evaluator.log", { ...evaluations, COLLM_SUPERNETS: landscapeManifest }),
    start("generator", "generator.log", { COLLM_GENERATOR_CONFIG_DIR: generatorFolder.path }),
    ...navigators.map(({ path }, i) =>
      start("navigator", `navigator-${i}.log`, { COLLM_NAVIGATOR_CONFIG_DIR: path }),
    ),
  ]);
  const coordinator = await start("coordinator", "coordinator.log", {
    ...{ ...evaluations, COLLM_JOURNAL_DIR: workspace.file("journals") },
    ...{ COLLM_EVALUATOR_ADDRESS: evaluator, COLLM_GENERATOR_ADDRESS: generator },
    COLLM_NAVIGATOR_ADDRESS: roles.join(","),
  });

  const run = workspace.file("run");
  const search = await workspace.run(
    ...["search", "--coordinator", coordinator, "--supernet", "landscape", "--out", run],
    ...["--iterations", "8", "--candidates", "4", "--budget", "32"],
  );
  expect(search, search.stderr).toMatchObject({ code: 0 });
  const events = await journalOf(run);

  const label = (model: string, { baseUrl }: ChatServer) =>
    expect.stringMatching(
      new RegExp(`^openai:${model}@${new URL(baseUrl).host} prompts [0-9a-f]{8}$`),
    );
  const [a, b] = [label("a", first), label("b", second)];
  expect(events[0]).toMatchObject({ roles: { navigator: a, generator: "heuristic" } });
  const players = playersIn(events, "navigator");
  expect(players).toHaveLength(8);
  // Both models while only one replica knew, the second one alone afterwards.
  expect(players.slice(0, 2)).toEqual(["a", "a"]);
  expect(changesIn(players)).toHaveLength(3);
  expect(players.slice(-3)).toEqual(["b", "b", "b"]);
  expect([first.seen.length, second.seen.length]).toEqual([
    players.filter((player) => player === "a").length,
    players.filter((player) => player === "b").length,
  ]);
  const changes = events.flatMap((event) => roleChangeIn(event) ?? []);
  const changedTo = (i: number) => (players[i - 1] === "a" ? a : b);
  expect(changes.filter(({ role }) => role === "navigator")).toEqual(
    changesIn(players).map((iteration) => ({
      ...{ iteration, role: "navigator", from: changedTo(iteration - 1), to: changedTo(iteration) },
    })),
  );

  // The wrong configuration between the two good ones was refused, in one sentence, and played no part.
  const written = playersIn(events, "generator");
  const from = changesIn(written);
  expect(written[from[0] as number]).toBe("w");
  expect(changes.filter(({ role }) => role === "generator")).toEqual([
    { iteration: from[0], role: "generator", from: "heuristic", to: label("w", writer) },
  ]);
  expect(writer.seen.every(({ authorization }) => authorization === `Bearer ${key}`)).toBe(true);
  const log = await readFile(workspace.file("generator.log"), "utf8");
  const refusals = log.split("\n").filter((line) => line.includes("role settings refused"));
  expect(refusals).toHaveLength(1);
  expect(JSON.parse(refusals[0] ?? "")).toMatchObject({
    reason: expect.stringContaining('COLLM_GENERATOR_BACKEND: got "gpt", allowed'),
    inForce: { backend: "heuristic" },
  });

  const result = searchResultSchema.parse(await readJson(join(run, "result.json")));
  expect(result.roles.navigator?.changes).toHaveLength(3);
  expect(result.roles.generator?.changes).toMatchObject([{ iteration: from[0] }]);
  const sentence = `iteration ${from[0]}: generator is now played by openai:w@`;
  expect(search.stderr).toContain(sentence);
  const report = await readFile(join(run, "report.html"), "utf8");
  expect(report).toContain(`until iteration ${Number(from[0]) - 1}, then `);
  const [watched, replayed] = await Promise.all([
    workspace.run("watch", "run", "--coordinator", coordinator),
    workspace.run("replay", run, "--json"),
  ]);
  expect(watched.stderr).toContain(
    `generator: heuristic until iteration ${Number(from[0]) - 1}, then openai:w@`,
  );
  expect(replayed, replayed.stderr).toMatchObject({ code: 0 });
  for (const text of [JSON.stringify(events), log, report, search.stderr]) {
    expect(text).not.toContain(key);
  }
});
