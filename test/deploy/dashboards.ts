import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const folder = fileURLToPath(new URL("../../deploy/grafana/dashboards/", import.meta.url));

const panel = z.object({
  id: z.int(),
  type: z.enum(["row", "stat", "timeseries"]),
  title: z.string().min(1),
  description: z.string().optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
});

const schema = z.object({
  uid: z.string(),
  title: z.string(),
  panels: z.array(panel),
  annotations: z.object({ list: z.array(z.object({ expr: z.string() })) }),
});

export type Dashboard = z.infer<typeof schema>;

/** What `deploy/grafana/dashboards` holds. */
export async function readDashboards(): Promise<readonly Dashboard[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  return await Promise.all(
    names.map(async (name) => schema.parse(JSON.parse(await readFile(folder + name, "utf8")))),
  );
}

/** All queries, with an interval in the place of Grafana's variables. */
export function queriesOf({ panels, annotations }: Dashboard): readonly string[] {
  return [...panels.flatMap(({ targets }) => targets), ...annotations.list].map(({ expr }) =>
    expr.replaceAll(/\$__(rate_interval|range)/g, "5m"),
  );
}

/** Our metrics that a query names, without the suffixes of a histogram's series. */
export function metricsIn(query: string): readonly string[] {
  const names = query.match(/\b(collm|gen_ai_client)_\w+/g) ?? [];
  // A label of the conventions begins like their metrics.
  return names.map((name) => name.replace(/_(bucket|count|sum)$/, ""));
}
