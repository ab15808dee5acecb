import { median, standardDeviation } from "./summary.js";

/** How much accuracies of networks differ that compute the same function. */
export interface NoiseFloor {
  /** Median, over groups of at least two, of the standard deviation within the group; NaN without any. */
  readonly medianSd: number;
  readonly groups: number;
  /** Values in these groups. */
  readonly values: number;
}

/**
 * The benchmark's noise: differences of accuracy within a group come from training and not from the
 * network. A difference between searchers that is smaller may be one between random seeds of a
 * training run.
 *
 * @param groupOf the group of a value by its place; undefined leaves it out.
 */
export function noiseFloor(
  values: ArrayLike<number>,
  groupOf: (place: number) => string | undefined,
): NoiseFloor {
  const groups = new Map<string, number[]>();
  for (let place = 0; place < values.length; place++) {
    const value = values[place] as number;
    const group = Number.isNaN(value) ? undefined : groupOf(place);
    if (group === undefined) continue;
    const held = groups.get(group);
    if (held) held.push(value);
    else groups.set(group, [value]);
  }
  const compared = [...groups.values()].filter((group) => group.length > 1);
  return {
    medianSd: median(compared.map(standardDeviation)),
    groups: compared.length,
    values: compared.reduce((sum, group) => sum + group.length, 0),
  };
}
