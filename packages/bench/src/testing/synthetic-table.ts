import { columnName, writeTable } from "@collm/nas-bench-201";
import {
  architectureCount,
  createRng,
  createSearchSpace,
  edges,
  nasBench201Spec,
  operators,
} from "@collm/search-space";

/** What each operator adds on an edge, in points; later edges count more. */
const worth = [-6, 1, 3, 4, -1] as const;

/**
 * Writes a table of all architectures with made-up accuracies for the three data sets: a smooth
 * landscape with a little noise, and times. Nothing in it is the benchmark's.
 */
export async function writeSyntheticTable(path: string): Promise<void> {
  const space = createSearchSpace(nasBench201Spec("cifar10"));
  const architectures = new Uint8Array(architectureCount * edges.length);
  const rows = Array.from({ length: architectureCount }, (_, row) => {
    const choices = edges.map(
      (_edge, i) => Math.floor(row / operators.length ** i) % operators.length,
    );
    architectures.set(choices, row * edges.length);
    return choices;
  });
  const columns = new Map<string, Float64Array<ArrayBuffer>>();
  const sets = [
    { set: "cifar10-valid", group: "valid", base: 80 },
    { set: "cifar10", group: "test", base: 81 },
    { set: "cifar100", group: "valid", base: 60 },
    { set: "cifar100", group: "test", base: 60 },
    { set: "ImageNet16-120", group: "valid", base: 35 },
    { set: "ImageNet16-120", group: "test", base: 35 },
  ] as const;
  for (const { set, group, base } of sets) {
    const rng = createRng("synthetic-table", set, group);
    const of = (value: (choices: readonly number[]) => number) => Float64Array.from(rows, value);
    columns.set(
      columnName(set, 200, `${group}-accuracy`),
      of((choices) => base + merit(choices) / 3 + 0.3 * rng.next()),
    );
    columns.set(
      columnName(set, 200, `${group}-per-time`),
      of(() => 1),
    );
    columns.set(
      columnName(set, 200, "train-all-time"),
      of((choices) => 100 + space.cost(space.canonicalise(choices)).macs / 1e6),
    );
  }
  await writeTable(path, { architectures, columns, provenance: { source: "synthetic" } });
}

function merit(choices: readonly number[]): number {
  return choices.reduce((sum, choice, edge) => sum + (worth[choice] ?? 0) * (1 + edge / 10), 0);
}
