import type { SearchEvent } from "@collm/search";

/** Sum of measured times, to the millisecond: what floating point adds beyond is no measurement. */
export function sumSeconds(timed: readonly { readonly seconds: number }[]): number {
  return toMilliseconds(timed.reduce((sum, { seconds }) => sum + seconds, 0));
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}

const secondsPerDay = 86_400;

/**
 * Seconds the search ran, from its event times. A pause before SearchResumed is no running time,
 * whether an interruption or a death began it. What comes after the end (opening the test split)
 * is not the search any more. A clock that was set back counts as standing still.
 */
export function wallSeconds(events: readonly SearchEvent[]): number {
  let milliseconds = 0;
  let previous: SearchEvent | undefined;
  for (const event of events) {
    if (previous && event.type !== "SearchResumed") {
      milliseconds += Math.max(0, Date.parse(event.at) - Date.parse(previous.at));
    }
    if (event.type === "SearchFinished") break;
    previous = event;
  }
  return milliseconds / 1000;
}

/** ONNX Runtime's providers that run on a GPU, by the part of their name that all spellings share. */
const gpuProvider = /cuda|tensorrt|rocm|migraphx|dml|webgpu/i;

/** Evaluator time in days of the device that it ran on, named after that device. */
export function deviceDays(
  evaluatorSeconds: number,
  executionProvider: string,
): { readonly gpuDays: number } | { readonly cpuDays: number } {
  const days = Number((evaluatorSeconds / secondsPerDay).toPrecision(6));
  return gpuProvider.test(executionProvider) ? { gpuDays: days } : { cpuDays: days };
}
