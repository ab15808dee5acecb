import {
  createRng,
  createSearchSpace,
  nasBench201Spec,
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
  type SearchSpace,
  sampleUniform,
} from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { costHint } from "./cost-hint.js";
import { type CostTable, costTables } from "./cost-table.js";

const spaces = [
  ["maxMacs", "macs", publishedOfaSpec(1.2), 0.04],
  ["maxFlops", "officialFlops", publishedShuffleNetSpec(), 0.001],
  ["maxParams", "paramsCount", publishedAutoFormerSpec("tiny"), 0.01],
  ["maxMacs", "macs", nasBench201Spec("cifar10"), 0.001],
] as const;

/** The sum that the table tells to make. */
function sumOf(
  space: SearchSpace,
  tables: readonly CostTable[],
  choices: readonly number[],
): number {
  const values = new Map(
    space.genes.map(({ name, choices: options }, gene) => [name, options[choices[gene] as number]]),
  );
  const isRunning = (name: string): boolean =>
    space.isActive(
      space.genes.findIndex((gene) => gene.name === name),
      choices,
    );
  const table = tables.find(({ at }) => !at || values.get(at.gene) === at.value);
  if (!table) throw new RangeError("no table");
  let sum = table.fixed;
  for (const { positions, genes, entries } of table.rows) {
    for (const position of positions) {
      const names =
        genes.length > 0 ? genes.map((list) => `${list}[${position}]`) : [`${position}`];
      if (!isRunning(names[0] as string)) continue;
      const written = names.map((name) => values.get(name));
      sum += entries.find((entry) => entry.values.join() === written.join())?.cost ?? Number.NaN;
    }
  }
  for (const { gene, entries } of table.factors) {
    sum *= entries.find(({ value }) => value === values.get(gene))?.factor ?? Number.NaN;
  }
  return sum;
}

describe("costHint", () => {
  it.each(spaces)("makes %s add up (%s)", (limit, kind, spec, tolerance) => {
    const space = createSearchSpace(spec);
    const tables = costTables(space, kind);
    const rng = createRng("sums");
    const costs = Array.from({ length: 200 }, () => {
      const architecture = sampleUniform(space, rng);
      const cost = space.cost(architecture)[kind];
      expect(Math.abs(sumOf(space, tables, architecture.choices) / cost - 1)).toBeLessThan(
        tolerance,
      );
      return cost;
    });
    const text = costHint(space, { [limit]: costs[0] });
    // Compact: about a thousand tokens, whatever the number of blocks.
    expect(text.length).toBeLessThan(2_600);
    const { fixed } = tables[0] as CostTable;
    expect(text).toContain(`${Number(((100 * fixed) / (costs[0] as number)).toFixed(2))} for what`);
  });

  it("has a table for each limit, and none without", () => {
    const space = createSearchSpace(publishedShuffleNetSpec());
    expect(costHint(space, {})).toBe("");
    const text = costHint(space, { maxFlops: 330e6, maxParams: 4e6 });
    expect(text).toContain("at most 330 M FLOPs:\n");
    expect(text).toContain("at most 4 M parameters:\n");
  });
});
