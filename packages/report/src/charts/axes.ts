import { palette } from "./palette.js";
import type { ChartSize } from "./svg.js";

const fontSize = 12;

/** Text of a label inside the plot: readable on top of points and lines. */
export function haloText(color: string) {
  return {
    color,
    fontSize,
    fontWeight: "bold",
    textBorderColor: palette.surface,
    textBorderWidth: 4,
  } as const;
}

/** A horizontal axis of numbers with its name, unit included, below. */
export function horizontalAxis(
  name: string,
  format: (value: number) => string,
  { min, max, interval }: AxisExtent,
) {
  return {
    type: "value",
    min,
    max,
    interval,
    name,
    nameLocation: "middle",
    nameGap: 28,
    nameTextStyle: { color: palette.text, fontSize },
    axisLine: { show: true, lineStyle: { color: palette.axis } },
    axisTick: { show: true, lineStyle: { color: palette.axis } },
    splitLine: { show: false },
    axisLabel: { color: palette.text, fontSize, hideOverlap: true, formatter: format },
  } as const;
}

/** Bounds and ticks of an axis. */
export interface AxisExtent {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

/** The vertical axis of both accuracy charts. */
export function accuracyAxis(extent: AxisExtent) {
  return {
    type: "value",
    min: extent.min,
    max: extent.max,
    interval: extent.interval,
    name: "validation top-1",
    nameLocation: "middle",
    nameRotate: 90,
    nameGap: 60,
    // Else a name is moved off the drawing when a label comes near it.
    nameMoveOverlap: false,
    nameTextStyle: { color: palette.text, fontSize },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.grid } },
    axisLabel: {
      color: palette.text,
      fontSize,
      formatter: (value: number) => `${Number(value.toFixed(2))}\u00a0%`,
    },
  } as const;
}

/** Where the plot lies; the rest is for axis labels and names. */
export const plotArea = {
  left: 82,
  right: 24,
  top: 26,
  bottom: 46,
  outerBoundsMode: "none",
} as const;

/**
 * Bounds of the accuracy axis: around the values, on round numbers, with room above for the
 * winner's label.
 */
export function accuracyExtent(values: readonly number[]): AxisExtent {
  const [low, high] = lowAndHigh(values);
  // Half a percent at least, else noise fills the chart.
  const span = Math.max(high - low, 0.5);
  const { min, max, interval } = roundExtent(high - 1.04 * span, high + 0.1 * span, 7);
  return { min: Math.max(0, min), max: Math.min(100, max), interval };
}

/** The smallest and the largest value; there may be more than a call takes arguments. */
export function lowAndHigh(values: readonly number[]): readonly [low: number, high: number] {
  return [
    values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY),
    values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY),
  ];
}

/** Bounds of a cost axis around the values, on round numbers. */
export function costExtent(values: readonly number[], size: ChartSize): AxisExtent {
  const [low, high] = lowAndHigh(values);
  const margin = high > low ? 0.01 * (high - low) : 0.05 * high;
  const { min, max, interval } = roundExtent(
    low - margin,
    high + margin,
    size.name === "wide" ? 9 : 4,
  );
  return { min: Math.max(0, min), max, interval };
}

/** The narrowest bounds on multiples of a round interval that hold low and high. */
function roundExtent(low: number, high: number, intervals: number): AxisExtent {
  const interval = roundStep((high - low) / intervals);
  // Multiples of 0.2 and the like are inexact; without rounding they end up in labels.
  const onTick = (ticks: number): number => Number((ticks * interval).toFixed(6));
  return {
    min: onTick(Math.floor(low / interval)),
    max: onTick(Math.ceil(high / interval)),
    interval,
  };
}

/** The nearest of 1, 2 and 5 times a power of ten that is not below `value`. */
export function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}
