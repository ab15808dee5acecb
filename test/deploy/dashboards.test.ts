import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { describeWithPrometheus, promtool } from "../support/prometheus.js";
import { queriesOf, readDashboards } from "./dashboards.js";

const dashboards = await readDashboards();

it("are two, each panel with a title, a word about it and a place of its own", () => {
  expect(dashboards.map(({ uid }) => uid).toSorted()).toEqual(["collm-fleet", "collm-search"]);
  for (const { panels } of dashboards) {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    const silent = panels.filter(({ type, description }) => type !== "row" && !description);
    expect(silent.map(({ title }) => title)).toEqual([]);
  }
});

it("have legends of labels that their queries keep", () => {
  const targets = dashboards.flatMap(({ panels }) => panels).flatMap((panel) => panel.targets);
  expect(targets.length).toBeGreaterThan(40);
  const wrong = targets.filter(({ expr, legendFormat }) => {
    const kept = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by]) => by?.split(", ") ?? []);
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? "");
    return kept.length > 0 && shown.some((label) => !kept.includes(label));
  });
  expect(wrong).toEqual([]);
});

describeWithPrometheus("dashboards", () => {
  it("have queries that Prometheus can read", async () => {
    const folder = await mkdtemp(join(tmpdir(), "collm-dashboards-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "rules.yaml");
    const rules = dashboards
      .flatMap(queriesOf)
      .map((expr, i) => ({ record: `dashboard:query:${i}`, expr }));
    await writeFile(file, stringify({ groups: [{ name: "dashboards", rules }] }));
    const { isSuccess, output } = await promtool("check", "rules", file);
    expect(isSuccess, output).toBe(true);
    expect(output).toContain(`${rules.length} rules found`);
  });
});
