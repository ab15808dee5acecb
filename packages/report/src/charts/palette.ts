/**
 * Colours of the charts. ECharts needs real colours while the page decides between light and
 * dark, so a chart is drawn in stand-in colours that occur nowhere else, and each is replaced by
 * a CSS custom property of the page.
 */
export const palette = {
  text: "#000101",
  grid: "#000102",
  axis: "#000103",
  surface: "#000104",
  best: "#000105",
  front: "#000106",
  limit: "#000107",
  over: "#000108",
  bar: "#000109",
  strong: "#00010a",
} as const;

/** Steps of the ramp that tells early iterations from late ones. */
export const rampSteps = 8;

/** Colour of a ramp step, 0 (early) to `rampSteps - 1` (late). */
export function rampColour(step: number): string {
  return `#0002${step.toString(16).padStart(2, "0")}`;
}

/** Step of the ramp for iteration `index` of `count`; the only iteration of a search is a late one. */
export function rampStep(index: number, count: number): number {
  return count <= 1 ? rampSteps - 1 : Math.round(((index - 1) / (count - 1)) * (rampSteps - 1));
}

const properties = new Map<string, string>([
  ...Object.entries(palette).map(([name, colour]) => [colour, `var(--chart-${name})`] as const),
  ...Array.from(
    { length: rampSteps },
    (_, step) => [rampColour(step), `var(--ramp-${step})`] as const,
  ),
]);

/** Replaces the stand-in colours of an SVG by the page's custom properties. */
export function bindColours(svg: string): string {
  return svg.replace(/#000[12][0-9a-f]{2}\b/g, (colour) => properties.get(colour) ?? colour);
}
