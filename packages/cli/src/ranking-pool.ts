import { CollmError } from "@collm/errors";
import {
  type BenchmarkSplit,
  isTableManifest,
  loadTableManifest,
  openBenchmark,
  openTable,
} from "@collm/nas-bench-201";
import { createPool, type Pool } from "@collm/ranking";
import { createSearchSpace, nasBench201Spec } from "@collm/search-space";

/** What is ranked: the architectures of a table with their accuracies on one split. */
export interface RankingSource {
  readonly name: string;
  readonly dataSet: string;
  readonly epochs: number;
  /** Of architectures and accuracies. */
  readonly digest: string;
  readonly pool: Pool;
}

/**
 * Reads the table that a manifest names. Throws CollmError invalid-argument for a supernet with
 * weights: the truth must be known before anybody can be asked.
 */
export async function openRankingSource(
  path: string,
  split: BenchmarkSplit,
  permuteOperators: number | undefined,
): Promise<RankingSource> {
  if (!(await isTableManifest(path))) {
    throw new CollmError(
      "invalid-argument",
      `--supernet: got ${path}, a supernet with weights; allowed is the manifest of a table, of which all accuracies are known`,
    );
  }
  const manifest = await loadTableManifest(path);
  const { dataSet, epochs } = manifest.settings;
  const table = await openTable(manifest.path);
  try {
    const benchmark = await openBenchmark(table, manifest.settings);
    const space = createSearchSpace({
      ...nasBench201Spec(dataSet),
      ...(permuteOperators === undefined ? {} : { permuteOperators }),
    });
    const entries = [...benchmark.accuracies(split)].flatMap((top1Percent, row) =>
      // A table may hold a part of the benchmark only.
      Number.isNaN(top1Percent)
        ? []
        : [{ architecture: space.canonicalise(table.choicesOf(row)), top1Percent }],
    );
    const pool = createPool(space, entries);
    return { name: manifest.name, dataSet, epochs, digest: benchmark.digest(split), pool };
  } finally {
    await table.close();
  }
}
