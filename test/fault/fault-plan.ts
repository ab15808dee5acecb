import { createRng } from "@collm/search-space";
import type { Disturbance } from "./disturbance.js";
import { cutEvaluator, cutNats, slowNetwork } from "./disturbances/cut.js";
import { deadlyWork } from "./disturbances/deadly-work.js";
import { killCoordinator, killEvaluator, killNats, rollEvaluators } from "./disturbances/kill.js";
import { duplicateWork, fullQueue, poisonWork } from "./disturbances/queue.js";
import { freezeEvaluator, slowEvaluator } from "./disturbances/slow.js";

/** A disturbance and its moment. */
export interface PlannedDisturbance {
  readonly disturbance: Disturbance;
  /** It begins when the journal has that many events. */
  readonly atEvent: number;
}

/** In the middle of the third of 15 batches, with work under way. */
const midBatch = 60;

/** How long NATS is away in the named fault. */
const longCutMs = 30_000;
/** And in sequences of many disturbances. */
const shortCutsMs = [500, 2_000, 5_000] as const;

const all = [
  killEvaluator,
  freezeEvaluator,
  killCoordinator,
  killNats,
  fullQueue,
  duplicateWork,
  poisonWork,
  deadlyWork,
  slowEvaluator,
  slowNetwork,
  cutEvaluator,
  rollEvaluators,
] as const;

/** One disturbance each, in the middle of a search. */
export const namedFaults: readonly PlannedDisturbance[] = [...all, cutNats(longCutMs)].map(
  (disturbance) => ({ disturbance, atEvent: midBatch }),
);

/** Journals of the disturbed search have about 375 events; what comes too late disturbs nothing. */
const lastMoment = 300;
const fewest = 2;
const most = 4;

/** Two to four disturbances at moments of the journal, all drawn by the seed. */
export function drawSequence(seed: number): readonly PlannedDisturbance[] {
  const rng = createRng("fault sequence", seed);
  const candidates: readonly Disturbance[] = [...all, cutNats(rng.pick(shortCutsMs))];
  return Array.from({ length: fewest + rng.int(most - fewest + 1) }, () => ({
    disturbance: rng.pick(candidates),
    atEvent: 1 + rng.int(lastMoment),
  }));
}
