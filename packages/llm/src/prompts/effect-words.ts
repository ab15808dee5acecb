import type { TrialSummary } from "@collm/search";
import type { SearchSpace } from "@collm/search-space";

/** Networks with a choice below which its mean says nothing. */
const fewest = 3;
/** Standard errors by which a mean must differ from that of all networks; a hundred means are compared. */
const significance = 3;

interface Effect {
  readonly choice: number | string;
  /** Percentage points above the mean of all networks. */
  readonly difference: number;
  readonly count: number;
  /** Difference in standard errors. */
  readonly weight: number;
}

/**
 * How accurate networks with a choice were on average, against all of them, gene by gene; only what
 * differs by more than chance. Networks differ in many genes at once, so it is a hint and no cause.
 *
 * @param maxLines genes shown, those with the clearest effects
 * @returns empty where there is nothing clear to tell
 */
export function effectsInWords(
  space: SearchSpace,
  trials: readonly TrialSummary[],
  maxLines: number,
): string {
  const networks = trials.flatMap(({ canonical, top1Percent }) => {
    const legality = space.parse(canonical);
    return legality.kind === "legal" ? [{ ...legality.architecture, top1Percent }] : [];
  });
  const { mean, deviation } = momentsOf(networks.map(({ top1Percent }) => top1Percent));
  if (!(deviation > 0)) return "";
  const genes = space.genes.map(({ name, choices }, gene) => {
    const active = networks.filter((network) => space.isActive(gene, network.choices));
    const effects = choices.flatMap((choice, index): Effect[] => {
      const own = active.filter((network) => network.choices[gene] === index);
      if (own.length < fewest || own.length === networks.length) return [];
      const difference = momentsOf(own.map(({ top1Percent }) => top1Percent)).mean - mean;
      const weight = Math.abs(difference) / (deviation / Math.sqrt(own.length));
      return weight >= significance ? [{ choice, difference, count: own.length, weight }] : [];
    });
    return { name, effects, weight: Math.max(0, ...effects.map((effect) => effect.weight)) };
  });
  const shown = new Set(
    genes
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, maxLines),
  );
  return genes
    .filter((gene) => shown.has(gene))
    .map(({ name, effects }) => `- ${name}: ${effects.map(effectInWords).join(", ")}`)
    .join("\n");
}

function effectInWords({ choice, difference, count }: Effect): string {
  const sign = difference > 0 ? "+" : "-";
  return `${choice} ${sign}${Math.abs(difference).toFixed(2)} (${count})`;
}

function momentsOf(values: readonly number[]): {
  readonly mean: number;
  readonly deviation: number;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
