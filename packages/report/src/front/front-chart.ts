import {
  accuracyAxis,
  accuracyExtent,
  costExtent,
  haloText,
  horizontalAxis,
  plotArea,
} from "../charts/axes.js";
import { palette, rampColour, rampStep } from "../charts/palette.js";
import { pointSize } from "../charts/points.js";
import type { Chart } from "../charts/svg.js";
import {
  costWords,
  formatCost,
  formatPercent,
  formatPlural,
  formatQuantity,
} from "../html/format.js";
import { limitOf } from "../sections/wording.js";
import type { FrontView } from "./build-front.js";

/** Step of the ramp that shows a search: pale for the tightest limit, strong for the widest. */
export function searchStep(place: number, searchesCount: number): number {
  return rampStep(place + 1, searchesCount);
}

/** Validation top-1 of everything evaluated against the cost, with limits, winners and the common front. */
export function frontChart({ front, trials }: FrontView): Chart {
  const { cost: kind, searches } = front;
  const words = costWords[kind];
  const costs = trials.map(({ trial }) => trial.cost[kind]);
  const highest = Math.max(...costs);
  const limits = searches.flatMap(({ limits: own }) => limitOf(own, kind) ?? []);
  // A far limit would leave the points too little width.
  const drawn = [...new Set(limits)].filter((limit) => limit <= 1.25 * highest);
  const winners = searches.flatMap(({ best }) => best ?? []);
  return {
    id: "front-chart",
    title: `Validation top-1 against ${words.name}`,
    description:
      `${formatPlural(trials.length, "evaluated subnet")} of ${formatPlural(searches.length, "search", "searches")}; ` +
      `${formatPlural(front.front.length, "is", "are")} on the common Pareto front.`,
    heights: { wide: 460, narrow: 360 },
    option: (size) => ({
      grid: plotArea,
      xAxis: horizontalAxis(words.axis, formatQuantity, costExtent([...costs, ...drawn], size)),
      yAxis: accuracyAxis(
        accuracyExtent(trials.map(({ trial }) => trial.status.result.top1Percent)),
      ),
      series: [
        {
          type: "scatter",
          symbol: "circle",
          symbolSize: pointSize(trials.length),
          z: 3,
          progressive: 0,
          data: trials.map(({ trial, searches: [place = 0] }) => ({
            value: [trial.cost[kind], trial.status.result.top1Percent],
            itemStyle: {
              color: rampColour(searchStep(place, searches.length)),
              borderColor: palette.surface,
              borderWidth: 1,
              opacity: 1,
            },
          })),
          markLine:
            drawn.length === 0
              ? undefined
              : {
                  symbol: "none",
                  silent: true,
                  lineStyle: { color: palette.limit, type: [6, 4], width: 1 },
                  label: {
                    position: "end",
                    align: "right",
                    formatter: ({ value }: { readonly value: number }) => formatQuantity(value),
                    ...haloText(palette.limit),
                  },
                  data: drawn.map((xAxis) => ({ xAxis })),
                },
        },
        {
          type: "line",
          step: "end",
          showSymbol: false,
          clip: false,
          silent: true,
          z: 4,
          data: front.front.map((point) => [point.cost[kind], point.validation.top1Percent]),
          lineStyle: { color: palette.front, width: 2 },
        },
        {
          type: "scatter",
          symbol: "circle",
          symbolSize: 15,
          z: 6,
          silent: true,
          data: winners.map(({ cost, validation }) => [cost[kind], validation.top1Percent]),
          itemStyle: { color: "none", borderColor: palette.best, borderWidth: 3, opacity: 1 },
        },
      ],
    }),
    tooltip: (series, index) => {
      const point = series === 0 ? trials[index] : undefined;
      if (!point) return undefined;
      const { trial, searches: places } = point;
      return [
        `${formatPercent(trial.status.result.top1Percent)} validation top-1`,
        formatCost(trial.cost[kind], kind),
        places
          .map((place) =>
            `${searches[place]?.searchId} ${place === places[0] ? trial.id : ""}`.trim(),
          )
          .join(", "),
      ].join(", ");
    },
  };
}
