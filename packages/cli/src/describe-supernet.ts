import { isTableManifest, loadTableManifest, openBenchmark, openTable } from "@collm/nas-bench-201";
import { createSearchSpace, nasBench201Spec, type SearchSpace } from "@collm/search-space";
import { loadManifest, openSupernet } from "@collm/supernet";

/** What `collm supernet describe` tells, for JSON and for people. */
export interface SupernetDescription {
  readonly name: string;
  readonly family: string;
  readonly space: SearchSpace;
  /** What else is known, by name. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Reads a manifest and what it names. Throws the errors of manifest, weight file and table. */
export async function describeSupernet(path: string): Promise<SupernetDescription> {
  return (await isTableManifest(path)) ? await describeTable(path) : await describeNetworks(path);
}

async function describeTable(path: string): Promise<SupernetDescription> {
  const manifest = await loadTableManifest(path);
  const table = await openTable(manifest.path);
  try {
    const benchmark = await openBenchmark(table, manifest.settings);
    const { name, settings } = manifest;
    const known = benchmark.accuracies("validation").filter((value) => !Number.isNaN(value));
    return {
      name,
      family: "table",
      space: createSearchSpace(nasBench201Spec(settings.dataSet)),
      facts: {
        settings,
        table: {
          path: table.path,
          rows: table.rows,
          validated: known.length,
          columns: table.columnNames.length,
          digest: benchmark.digest("validation"),
          ...table.provenance,
        },
      },
    };
  } finally {
    await table.close();
  }
}

async function describeNetworks(path: string): Promise<SupernetDescription> {
  const manifest = await loadManifest(path);
  const { name, spec, images, recipe, weights } = manifest;
  const space = createSearchSpace(spec);
  const largest = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
  const supernet = weights.kind === "checkpoint" ? await openSupernet(manifest) : undefined;
  return {
    name,
    family: spec.family,
    space,
    facts: {
      smallest: space.cost(space.cheapest("macs")),
      largest: space.cost(largest),
      weights: supernet
        ? { kind: "checkpoint", digest: supernet.digest, ...supernet.summary }
        : weights,
      images,
      recipe,
    },
  };
}
