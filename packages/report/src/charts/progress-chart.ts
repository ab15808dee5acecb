import { archive, best, bestSoFar } from "@collm/search";
import { formatCount, formatPercent, formatPlural } from "../html/format.js";
import type { JournalView } from "../journal-view.js";
import {
  accuracyAxis,
  accuracyExtent,
  haloText,
  horizontalAxis,
  lowAndHigh,
  plotArea,
  roundStep,
} from "./axes.js";
import { palette } from "./palette.js";
import { pointSize, shiftFromEdge, trialPoint, trialTooltip, winnerSeries } from "./points.js";
import type { Chart } from "./svg.js";
import { thinTrials } from "./thin-trials.js";

/** Validation top-1 of every evaluation in proposal order, and the best so far as a step line. */
export function progressChart({ state, started }: JournalView): Chart {
  const trials = archive(state);
  const winner = best(state);
  const winnerAt = winner ? trials.indexOf(winner) + 1 : 0;
  const shown = thinTrials(trials, []);
  const bests = bestSoFar(state);
  // Where it rises, and its end: between them the line is level.
  const steps = bests.flatMap((top1, i) =>
    top1 === null || (top1 === bests[i - 1] && i < bests.length - 1) ? [] : [[i + 1, top1]],
  );
  const accuracies = trials.map((trial) => trial.status.result.top1Percent);
  const target = visibleTarget(started.config.targetTop1Percent, accuracies);
  const iterations = state.iterations.length;
  const extent = accuracyExtent(target === undefined ? accuracies : [...accuracies, target]);
  const gap = (target ?? Number.POSITIVE_INFINITY) - (winner?.status.result.top1Percent ?? 0);
  const isTargetClose = gap > 0 && gap < (extent.max - extent.min) / 8;
  return {
    id: "progress-chart",
    title: "Validation top-1 against evaluations",
    description: winner
      ? `The best validation top-1 rose from ${formatPercent(steps[0]?.[1] ?? 0)} to ` +
        `${formatPercent(winner.status.result.top1Percent)}, reached at evaluation ` +
        `${formatCount(winnerAt)} of ${formatCount(trials.length)}.`
      : `${formatPlural(trials.length, "evaluation")}, none within the limits.`,
    heights: { wide: 400, narrow: 330 },
    option: (size) => ({
      grid: plotArea,
      xAxis: horizontalAxis("evaluations, in proposal order", formatCount, {
        min: 0,
        max: trials.length,
        interval: Math.max(1, roundStep(trials.length / (size.name === "wide" ? 8 : 4))),
      }),
      yAxis: accuracyAxis(extent),
      series: [
        {
          type: "scatter",
          symbol: "circle",
          symbolSize: pointSize(trials.length),
          z: 3,
          progressive: 0,
          data: shown.map(({ trial, place }) => trialPoint(trial, place + 1, iterations)),
          markLine: target === undefined ? undefined : targetLine(target),
        },
        {
          type: "line",
          step: "end",
          showSymbol: false,
          clip: false,
          silent: true,
          z: 4,
          data: steps,
          lineStyle: { color: palette.best, width: 2.5 },
        },
        ...(winner
          ? [
              winnerSeries(winnerAt, winner.status.result.top1Percent, {
                position: isTargetClose ? "bottom" : "top",
                shiftX: shiftFromEdge(winnerAt / trials.length),
              }),
            ]
          : []),
      ],
    }),
    tooltip: (series, index) => {
      const point = series === 0 ? shown[index] : undefined;
      return point && `evaluation ${point.place + 1}, ${trialTooltip(point.trial)}`;
    },
  };
}

function targetLine(target: number) {
  return {
    symbol: "none",
    silent: true,
    lineStyle: { color: palette.limit, type: [6, 4], width: 1.5 },
    label: {
      position: "insideStartTop",
      formatter: `target ${formatPercent(target)}`,
      ...haloText(palette.limit),
    },
    data: [{ yAxis: target }],
  };
}

/** A target far above all results would flatten them; it is then told in words only. */
export function visibleTarget(
  target: number | undefined,
  accuracies: readonly number[],
): number | undefined {
  if (target === undefined) return undefined;
  const [low, high] = lowAndHigh(accuracies);
  const span = Math.max(high - low, 1);
  return target <= high + span / 2 ? target : undefined;
}
