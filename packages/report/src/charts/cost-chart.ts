import { archive, best, type EvaluatedCandidate, paretoFront } from "@collm/search";
import { type CostKind, type Limits, limitedCost } from "@collm/search-space";
import {
  costWords,
  formatCost,
  formatPercent,
  formatPlural,
  formatQuantity,
} from "../html/format.js";
import type { JournalView } from "../journal-view.js";
import {
  accuracyAxis,
  accuracyExtent,
  costExtent,
  haloText,
  horizontalAxis,
  lowAndHigh,
  plotArea,
} from "./axes.js";
import { palette } from "./palette.js";
import { pointSize, shiftFromEdge, trialPoint, trialTooltip, winnerSeries } from "./points.js";
import type { Chart } from "./svg.js";
import { thinTrials } from "./thin-trials.js";

/** A cost that results are shown against, with its limit if it has one. */
export interface ShownCost {
  readonly kind: CostKind;
  readonly limit?: number | undefined;
}

/** The limited costs, or MACs when nothing is limited. */
export function shownCosts(limits: Limits): readonly ShownCost[] {
  const limited = (Object.keys(limitedCost) as (keyof Limits)[]).flatMap((name) =>
    limits[name] === undefined ? [] : [{ kind: limitedCost[name], limit: limits[name] }],
  );
  return limited.length > 0 ? limited : [{ kind: "macs" }];
}

/** Validation top-1 against a cost, with the limit, the Pareto front and the winner. */
export function costChart({ state }: JournalView, { kind, limit }: ShownCost): Chart {
  const trials = archive(state);
  const winner = best(state);
  const front = paretoFront(trials, (trial) => trial.cost[kind]);
  const shown = thinTrials(trials, front);
  const words = costWords[kind];
  const limitLine = isLimitDrawn(trials, { kind, limit }) ? limit : undefined;
  const iterations = state.iterations.length;
  const costs = trials.map((trial) => trial.cost[kind]);
  return {
    id: `${kind}-chart`,
    title: `Validation top-1 against ${words.name}`,
    description: description(trials, front, kind, limit, winner),
    heights: { wide: 400, narrow: 330 },
    option: (size) => {
      const extent = costExtent([...costs, ...(limitLine === undefined ? [] : [limitLine])], size);
      return {
        grid: plotArea,
        xAxis: horizontalAxis(words.axis, formatQuantity, extent),
        yAxis: accuracyAxis(accuracyExtent(trials.map((trial) => trial.status.result.top1Percent))),
        series: [
          {
            type: "scatter",
            symbol: "circle",
            symbolSize: pointSize(trials.length),
            z: 3,
            progressive: 0,
            data: shown.map(({ trial }) => trialPoint(trial, trial.cost[kind], iterations)),
            markLine: limitLine === undefined ? undefined : limitMark(limitLine, kind, costs),
          },
          {
            type: "line",
            step: "end",
            showSymbol: false,
            clip: false,
            silent: true,
            z: 4,
            data: front.map((trial) => [trial.cost[kind], trial.status.result.top1Percent]),
            lineStyle: { color: palette.front, width: 2 },
          },
          ...(winner
            ? [
                winnerSeries(winner.cost[kind], winner.status.result.top1Percent, {
                  position: "top",
                  shiftX: winnerShift(
                    (winner.cost[kind] - extent.min) / (extent.max - extent.min),
                    limitLine,
                  ),
                }),
              ]
            : []),
        ],
      };
    },
    tooltip: (series, index) => {
      const trial = series === 0 ? shown[index]?.trial : undefined;
      return trial && trialTooltip(trial);
    },
  };
}

/** The winner is often just left of the limit: its label ends at the ring, before the line. */
function winnerShift(fraction: number, limitLine: number | undefined): number {
  const shift = shiftFromEdge(fraction);
  return limitLine !== undefined && shift === 0 ? -20 : shift;
}

function limitMark(limit: number, kind: CostKind, costs: readonly number[]) {
  return {
    symbol: "none",
    silent: true,
    lineStyle: { color: palette.limit, type: [6, 4], width: 1.5 },
    label: {
      position: "end",
      // Towards the points, where the drawing is.
      align: limit > lowAndHigh(costs)[0] ? "right" : "left",
      formatter: `limit ${formatCost(limit, kind)}`,
      ...haloText(palette.limit),
    },
    data: [{ xAxis: limit }],
  };
}

/** Whether the limit is a line in the chart; a far one would leave the points too little width. */
export function isLimitDrawn(
  trials: readonly EvaluatedCandidate[],
  { kind, limit }: ShownCost,
): boolean {
  if (limit === undefined) return false;
  const costs = trials.map((trial) => trial.cost[kind]);
  const low = lowAndHigh(costs)[0];
  const high = Math.max(...costs);
  return limit <= high + Math.max(high - low, 0.1 * high) && limit >= low - (high - low);
}

function description(
  trials: readonly EvaluatedCandidate[],
  front: readonly EvaluatedCandidate[],
  kind: CostKind,
  limit: number | undefined,
  winner: EvaluatedCandidate | undefined,
): string {
  const points = `${formatPlural(trials.length, "evaluated subnet")}; ${formatPlural(front.length, "is", "are")} on the Pareto front.`;
  const bound = limit === undefined ? "" : ` The limit is ${formatCost(limit, kind)}.`;
  const won = winner
    ? ` The winner has ${formatPercent(winner.status.result.top1Percent)} at ${formatCost(winner.cost[kind], kind)}.`
    : "";
  return points + bound + won;
}
