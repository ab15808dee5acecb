import { join } from "node:path";
import { expect, it } from "vitest";
import { deployedPrometheus, describeWithPrometheus, promtool } from "../support/prometheus.js";

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

  it("has alerts that speak up when they must, and only then", async () => {
    const { isSuccess, output } = await promtool(
      "test",
      "rules",
      "test/deploy/prometheus-rules.yaml",
    );
    expect(isSuccess, output).toBe(true);
  });
});
