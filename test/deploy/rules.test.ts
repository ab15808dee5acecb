import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import {
  deployedPrometheus,
  describeWithPrometheus,
  promtool,
  root,
} from "../support/prometheus.js";

interface Alert {
  readonly alert: string;
  readonly annotations: { readonly runbook: string };
}

describeWithPrometheus("the deployed Prometheus", () => {
  it("has a configuration and rules that are valid", async () => {
    const { isSuccess, output } = await promtool(
      "check",
      "config",
      join(deployedPrometheus, "prometheus.yaml"),
    );
    expect(isSuccess, output).toBe(true);
    expect(output).toContain("rule files found");
  });

  it("has alerts whose descriptions are documented", async () => {
    const text = await readFile(join(deployedPrometheus, "rules.yaml"), "utf8");
    const rules: readonly Alert[] = parse(text).groups[0].rules;
    const documentation = await readFile(join(root, "docs/observability.md"), "utf8");
    const sections = [...documentation.matchAll(/^### (\w+)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(rules.map(({ alert }) => alert));
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook).toBe(`docs/observability.md#${alert.toLowerCase()}`);
    }
  });

  it("has alerts that speak up when they must, and only then", async () => {
    const { isSuccess, output } = await promtool(
      "test",
      "rules",
      "test/deploy/prometheus-rules.yaml",
    );
    expect(isSuccess, output).toBe(true);
  });
});
