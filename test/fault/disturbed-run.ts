import {
  defaultSearchConfig,
  type EventOf,
  parseSearchId,
  type SearchEvent,
  type SearchId,
} from "@collm/search";
import { createRng } from "@collm/search-space";
import type { DisturbedSearch } from "./disturbance.js";
import { type FaultCluster, supernetOf } from "./fault-cluster.js";
import type { PlannedDisturbance } from "./fault-plan.js";
import { undisturbedSearch } from "./undisturbed.js";

/** 15 batches of 8. */
export const budget = 120;
const candidatesPerIteration = 8;

/** A search that was disturbed, followed to its end. */
export interface DisturbedRun {
  readonly searchId: SearchId;
  /** As they came to somebody who watched. */
  readonly events: readonly SearchEvent[];
  /** Journal of the same search when nobody disturbs it. */
  readonly undisturbed: readonly SearchEvent[];
  /** Disturbances whose moment came. */
  readonly applied: readonly PlannedDisturbance[];
  /** Disturbances that could not be done or undone, and an end that did not come. */
  readonly failures: readonly string[];
  /** Keys of the dead letters that the disturbances made; a prefix ends with `/`. */
  readonly expectedLetters: ReadonlySet<string>;
  /** From the start of the search to its last event. */
  readonly seconds: number;
}

/**
 * Runs the search of this seed on the cluster and disturbs it as planned.
 *
 * @param timeoutMs after which it is left alone
 */
export async function runDisturbed(
  cluster: FaultCluster,
  seed: number,
  plan: readonly PlannedDisturbance[],
  timeoutMs: number,
): Promise<DisturbedRun> {
  const searchId = parseSearchId(`faults-${seed}`);
  const config = { ...defaultSearchConfig("evolution"), seed, budget, candidatesPerIteration };
  const events: SearchEvent[] = [];
  const failures: string[] = [];
  const applied: PlannedDisturbance[] = [];
  const underWay: Promise<void>[] = [];
  const expectedLetters = new Set<string>();
  let undisturbed: readonly SearchEvent[] = [];
  let search: DisturbedSearch | undefined;

  const note = (what: string) => (error: unknown) => {
    failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
  const onEvent = async (event: SearchEvent): Promise<void> => {
    events.push(event);
    if (event.type === "SearchStarted") {
      undisturbed = await undisturbedSearch(
        event,
        `${cluster.folder}/${supernetOf(seed)}.safetensors`,
      );
      search = {
        searchId,
        supernet: event.supernet,
        get requested() {
          return requestsOf(events);
        },
        asksFor: new Set(requestsOf(undisturbed).map(({ canonical }) => canonical)),
        expectLetter: (key) => expectedLetters.add(key),
      };
    }
    if (!search) return;
    for (const [i, planned] of plan.entries()) {
      if (planned.atEvent !== events.length) continue;
      applied.push(planned);
      const { disturbance } = planned;
      const rng = createRng("disturbance", seed, i);
      underWay.push(disturbance.apply(cluster, search, rng).catch(note(disturbance.name)));
    }
  };

  const startedAt = performance.now();
  const signal = AbortSignal.timeout(Math.ceil(timeoutMs));
  try {
    await cluster.client.start(searchId, config, supernetOf(seed), signal);
    for await (const event of cluster.client.follow(searchId, signal)) await onEvent(event);
  } catch (error) {
    note(signal.aborted ? `did not end within ${timeoutMs / 1000} s` : "follow")(error);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all(underWay);
  return { searchId, events, undisturbed, applied, failures, expectedLetters, seconds };
}

function requestsOf(events: readonly SearchEvent[]): readonly EventOf<"EvaluationRequested">[] {
  return events.filter((event) => event.type === "EvaluationRequested");
}
