import type { Task } from "@collm/search";
import { type Cost, type CostKind, type Limits, limitedCost } from "@collm/search-space";

const costWords = {
  macs: "multiply-accumulates",
  officialFlops: "FLOPs",
  paramsCount: "parameters",
} as const satisfies Record<CostKind, string>;

/** `at most 12.3 M multiply-accumulates and at most 400 k parameters`. */
export function limitsInWords(limits: Limits): string {
  const parts = givenLimits(limits).map(
    ([limit, allowed]) => `at most ${formatCount(allowed)} ${costWords[limitedCost[limit]]}`,
  );
  return parts.length === 0 ? "without a limit on cost" : parts.join(" and ");
}

/** What is to be found, in one paragraph (the paper's mission). */
export function missionInWords({ limits, targetTop1Percent }: Task): string {
  const goal =
    targetTop1Percent === undefined
      ? "Find the network with the highest top-1 accuracy"
      : `Find a network with more than ${targetTop1Percent} % top-1 accuracy`;
  const sentences = [`${goal}, ${limitsInWords(limits)}.`];
  if (givenLimits(limits).length > 0) {
    sentences.push(
      "Use the whole limit: networks far below it are less accurate than they could be. " +
        "A network above it cannot win, however accurate it is.",
    );
  }
  return sentences.join(" ");
}

/** The limited costs and always the MACs: `12.3 M multiply-accumulates, 310 k parameters`. */
export function costInWords(cost: Cost, limits: Limits): string {
  const limited = givenLimits(limits).map(([limit]) => limitedCost[limit]);
  const kinds = [...new Set<CostKind>(limited.length > 0 ? limited : ["macs"])];
  return kinds.map((kind) => `${formatCount(cost[kind])} ${costWords[kind]}`).join(", ");
}

/** Four significant digits, so that a prompt can tell 99.9 % of a limit from 100.1 %. */
export function formatCount(value: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (value >= size) return `${Number((value / size).toPrecision(4))} ${unit}`;
  }
  return String(value);
}

function givenLimits(limits: Limits): (readonly [keyof Limits, number])[] {
  return (Object.keys(limitedCost) as (keyof Limits)[]).flatMap((limit) => {
    const allowed = limits[limit];
    return allowed === undefined ? [] : [[limit, allowed] as const];
  });
}
