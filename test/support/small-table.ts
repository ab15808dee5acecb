import { writeFile } from "node:fs/promises";
import { columnName, writeTable } from "@collm/nas-bench-201";
import {
  architectureCount,
  createRng,
  createSearchSpace,
  edges,
  nasBench201Spec,
  operators,
} from "@collm/search-space";

/** Seconds that the table says training takes. */
export const trainingSeconds = 1000;

/**
 * Writes a table of all cells with made-up accuracies of CIFAR-10, and its manifest: convolutions
 * help, zeros do not, and a little noise depends on the cell, the split and the seed.
 */
export async function writeSmallTable(
  tablePath: string,
  manifestPath: string,
  seed?: number,
): Promise<void> {
  const space = createSearchSpace(nasBench201Spec("cifar10"));
  const architectures = new Uint8Array(architectureCount * edges.length);
  const validation = new Float64Array(architectureCount);
  const test = new Float64Array(architectureCount);
  for (let row = 0; row < architectureCount; row++) {
    const choices = edges.map(
      (_, edge) => Math.floor(row / operators.length ** edge) % operators.length,
    );
    architectures.set(choices, row * edges.length);
    const { canonical } = space.canonicalise(choices);
    const merit = choices.reduce((sum, choice) => sum + ([0, 2, 3, 4, 1][choice] ?? 0), 0);
    const noise = createRng("small table", canonical, ...(seed === undefined ? [] : [seed]));
    validation[row] = 50 + merit + noise.next();
    test[row] = 49 + merit + noise.next();
  }
  await writeTable(tablePath, {
    architectures,
    columns: new Map([
      [columnName("cifar10-valid", 200, "valid-accuracy"), validation],
      [columnName("cifar10", 200, "test-accuracy"), test],
      [
        columnName("cifar10-valid", 200, "train-all-time"),
        new Float64Array(architectureCount).fill(trainingSeconds),
      ],
      [
        columnName("cifar10", 200, "train-all-time"),
        new Float64Array(architectureCount).fill(2 * trainingSeconds),
      ],
    ]),
    provenance: { source: "made up" },
  });
  await writeFile(
    manifestPath,
    JSON.stringify({ family: "table", table: tablePath, dataSet: "cifar10" }),
  );
}
