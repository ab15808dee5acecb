import type { Funnel } from "@collm/search";
import { formatCount } from "../html/format.js";
import { palette } from "./palette.js";
import type { Chart, ChartSize } from "./svg.js";

const stages = ["proposed", "parsed", "legal", "novel", "evaluated"] as const;

/** How many candidates passed each stage, with the feasible ones beside. */
export function funnelChart(funnel: Funnel): Chart {
  return {
    id: "funnel-chart",
    title: "From proposed to evaluated candidates",
    description: `${[...stages, "feasible" as const]
      .map((stage) => `${stage} ${formatCount(funnel[stage])}`)
      .join(", ")}.`,
    heights: { wide: 250, narrow: 250 },
    option: (size) => funnelOption(funnel, size),
  };
}

function funnelOption(funnel: Funnel, size: ChartSize) {
  // The text below the chart has the number again, for drawings without room.
  const whole = size.name === "wide" ? ` of ${formatCount(funnel.proposed)}` : "";
  const share = (count: number): string =>
    `${formatCount(count)}${whole}  ·  ${Math.round((100 * count) / Math.max(1, funnel.proposed))}\u00a0%`;
  const bar = (count: number, color: string) => ({
    value: count,
    itemStyle: { color, borderRadius: 3 },
    label: { formatter: share(count) },
  });
  return {
    // Room at the right for the label of a full bar.
    grid: {
      left: 84,
      right: size.name === "wide" ? 190 : 115,
      top: 6,
      bottom: 6,
      outerBoundsMode: "none",
    },
    xAxis: { type: "value", min: 0, max: Math.max(1, funnel.proposed), show: false },
    yAxis: {
      type: "category",
      inverse: true,
      // The empty row sets what is beside the funnel apart from it.
      data: [...stages, "", "feasible"],
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.text, fontSize: 13, interval: 0 },
    },
    series: [
      {
        type: "bar",
        barWidth: 22,
        silent: true,
        data: [
          ...stages.map((stage) => bar(funnel[stage], palette.bar)),
          "-",
          bar(funnel.feasible, palette.front),
        ],
        label: {
          show: true,
          position: "right",
          color: palette.strong,
          fontSize: 13,
        },
      },
    ],
  };
}
