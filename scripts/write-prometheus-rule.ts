import { readFileSync, writeFileSync } from "node:fs";

/*
 * Writes the Prometheus operator's object of deploy/prometheus/rules.yaml: kustomize can make ConfigMaps of
 * files, but not this. Run by `pnpm generate`; a test of test/deploy compares the two.
 */

const component = "deploy/kustomize/components/monitoring/prometheus-rule.yaml";
const head = `# Made of deploy/prometheus/rules.yaml by \`pnpm generate\`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: collm
  labels:
    app.kubernetes.io/part-of: collm-nas
spec:
`;
const rules = readFileSync("deploy/prometheus/rules.yaml", "utf8");
writeFileSync(component, head + rules.replaceAll(/^(?=.)/gm, "  "));
