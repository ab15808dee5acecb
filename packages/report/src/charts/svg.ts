import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type Html, html, trustedMarkup } from "../html/markup.js";
import { bindColours } from "./palette.js";

use([BarChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer]);

/** A drawing size. Text does not shrink with the window: narrow windows show a narrow drawing. */
export interface ChartSize {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
}

/** A chart, described for both sizes and for those who do not see it. */
export interface Chart {
  /** Unique on the page; also the prefix of its ids. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, in words, with its numbers. */
  readonly description: string;
  readonly heights: { readonly wide: number; readonly narrow: number };
  readonly option: (size: ChartSize) => EChartsCoreOption;
  /** What hovering over a point of a series tells; wide drawings only, narrow screens have no pointer. */
  readonly tooltip?: (series: number, index: number) => string | undefined;
}

const wideWidth = 960;
const narrowWidth = 440;

/** Draws a chart in both sizes; the page's style shows the one that fits. */
export function drawChart(chart: Chart): Html {
  return html`${draw(chart, { name: "wide", width: wideWidth, height: chart.heights.wide })}${draw(
    chart,
    { name: "narrow", width: narrowWidth, height: chart.heights.narrow },
  )}`;
}

function draw(chart: Chart, size: ChartSize): Html {
  const canvas = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: size.width,
    height: size.height,
  });
  try {
    canvas.setOption({ animation: false, ...chart.option(size) });
    return dress(canvas.renderToSVGString(), chart, size);
  } finally {
    canvas.dispose();
  }
}

/**
 * Makes ECharts' SVG fit for a page: deterministic ids (its counter is process-wide), no hover
 * style sheet, the page's font and colours, a title and a description, and circles as circles.
 */
function dress(svg: string, chart: Chart, size: ChartSize): Html {
  const id = `${chart.id}-${size.name}`;
  const body = svg
    .replace(/^<svg[^>]*>\s*(<rect[^>]*fill="none"[^>]*><\/rect>)?/, "")
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(circlePath, (...groups) => circle(chart, size, groups.slice(1, 6)))
    .replace(/ (class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*"|pointer-events="\w+")/g, "")
    .replace(/font-family:[^;"]*;?/g, "")
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/\n+/g, "\n")
    .trim();
  return html`<svg class="chart ${size.name}" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${size.width} ${size.height}" xmlns="http://www.w3.org/2000/svg">
<title id="${id}-title">${chart.title}</title>
<desc id="${id}-desc">${chart.description}</desc>
${trustedMarkup(bindColours(body))}
</svg>
`;
}

/** A point as ECharts draws it: the path of a unit circle, scaled and moved. */
const circlePath =
  /<path d="M1 0A1 1 0 1 1 1 -0\.1A1 1 0 0 1 1 0" transform="matrix\(([\d.]+),0,0,[\d.]+,(-?[\d.]+),(-?[\d.]+)\)"([^>]*)>()<\/path>/g;

function circle(chart: Chart, size: ChartSize, groups: readonly string[]): string {
  const [radius = "0", x = "0", y = "0", attributes = ""] = groups;
  // The path's stroke is scaled with it; the circle's is not.
  const kept = attributes.replace(
    /stroke-width="([\d.]+)"/,
    (_, width: string) => `stroke-width="${Number((Number(width) * Number(radius)).toFixed(2))}"`,
  );
  const series = /ecmeta_series_index="(\d+)"/.exec(attributes)?.[1];
  const index = /ecmeta_data_index="(\d+)"/.exec(attributes)?.[1];
  const tooltip =
    size.name === "wide" && series !== undefined && index !== undefined
      ? chart.tooltip?.(Number(series), Number(index))
      : undefined;
  const title = tooltip === undefined ? "" : html`<title>${tooltip}</title>`.markup;
  const at = (coordinate: string): number => Number(Number(coordinate).toFixed(1));
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}"${kept}>${title}</circle>`;
}
