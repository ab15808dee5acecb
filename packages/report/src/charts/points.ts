import type { EvaluatedCandidate } from "@collm/search";
import { formatCost, formatPercent } from "../html/format.js";
import { palette, rampColour, rampStep } from "./palette.js";

/** A point of a scatter series, in the colour of its iteration; hollow when over a limit. */
export function trialPoint(trial: EvaluatedCandidate, x: number, iterations: number) {
  const colour = trial.isFeasible
    ? rampColour(rampStep(trial.iteration, iterations))
    : palette.over;
  return {
    value: [x, trial.status.result.top1Percent],
    itemStyle: trial.isFeasible
      ? { color: colour, borderColor: palette.surface, borderWidth: 1, opacity: 1 }
      : { color: palette.surface, borderColor: colour, borderWidth: 1.5, opacity: 1 },
  };
}

/** Diameter of a point: smaller when there are many. */
export function pointSize(count: number): number {
  return count > 400 ? 6 : 9;
}

/** What hovering over a trial's point tells. */
export function trialTooltip(trial: EvaluatedCandidate): string {
  const parts = [
    `candidate ${trial.id}`,
    `${formatPercent(trial.status.result.top1Percent)} validation top-1`,
    formatCost(trial.cost.macs, "macs"),
    formatCost(trial.cost.officialFlops, "officialFlops"),
    ...(trial.isFeasible ? [] : ["over the limit"]),
  ];
  return parts.join(", ");
}

/**
 * How far to move a centred label so that it stays in the plot.
 *
 * @param fraction place of its point, 0 at the left edge to 1 at the right.
 */
export function shiftFromEdge(fraction: number): number {
  if (fraction < 0.08) return 22;
  return fraction > 0.92 ? -22 : 0;
}

/** The winner: a ring with its accuracy, placed where the chart has no line. */
export function winnerSeries(
  x: number,
  top1Percent: number,
  place: { readonly position: "top" | "bottom"; readonly shiftX: number },
) {
  return {
    type: "scatter",
    symbol: "circle",
    symbolSize: 15,
    z: 6,
    silent: true,
    data: [[x, top1Percent]],
    itemStyle: { color: "none", borderColor: palette.best, borderWidth: 3, opacity: 1 },
    label: {
      show: true,
      position: place.position,
      offset: [place.shiftX, 0],
      formatter: formatPercent(top1Percent),
      color: palette.best,
      fontSize: 13,
      fontWeight: "bold",
      textBorderColor: palette.surface,
      textBorderWidth: 4,
    },
  } as const;
}
