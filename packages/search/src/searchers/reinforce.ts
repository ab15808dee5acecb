import {
  type Architecture,
  isFeasible,
  sampleUniform,
  unreachableLimits,
} from "@collm/search-space";
import type { Searcher, SearcherSetup, Turn } from "../searcher.js";
import { collectNovel, identityOf, isNovel } from "./collect-novel.js";
import { type KnownResults, nothingKnown, trialsOf, withResults } from "./known-results.js";
import { learn, type Policy, samplePolicy, uniformPolicy } from "./reinforce-policy.js";

interface ReinforceState {
  readonly setup: SearcherSetup;
  readonly policy: Policy;
  readonly known: KnownResults;
}

/** Repeats that one iteration may learn from before a uniform sample is taken instead. */
const maxRepeats = 50;
/** Samples that one iteration may draw, those over a limit included. */
const maxDraws = 2_000;

/**
 * REINFORCE (Williams 1992) as in the code of NAS-Bench-201 (exps/NATS-algos/reinforce.py of
 * D-X-Y/AutoDL-Projects): independent categorical logits per gene, Adam, a moving average as
 * baseline, one sample a step. Logits start at zero instead of at noise of a thousandth.
 *
 * The original evaluates a network again when the policy draws it again, from a table where that
 * is free. Here such a repeat is proposed as well, in front of the next new network: the loop
 * rejects it as a duplicate, which is journaled and spends nothing, and `observe` learns from the
 * result that is known. `propose` runs through the same steps, so that a policy which has made up
 * its mind moves on between one sample and the next. After 50 repeats in an iteration a uniform
 * sample stands in, so that a search always spends its budget.
 *
 * Samples over a limit are drawn again; the policy learns nothing from them.
 */
export const reinforceSearcher: Searcher<ReinforceState> = {
  name: "reinforce",
  initial: (setup) => ({ setup, policy: uniformPolicy(setup.space), known: nothingKnown }),
  observe: ({ setup, policy, known: before }, record) => {
    const known = withResults(setup, before, record);
    return {
      setup,
      known,
      policy: trialsOf(setup, known, record).reduce(
        (learnt, trial) => step(setup, learnt, trial.architecture, trial.top1Percent),
        policy,
      ),
    };
  },
  propose: (state, turn) => ({
    kind: "candidates",
    origin: "reinforce",
    architectures: samples(state, turn),
  }),
};

function samples({ setup, policy, known }: ReinforceState, turn: Turn): Architecture[] {
  const { space, config } = setup;
  if (unreachableLimits(space, config.limits).length > 0) return [];
  const proposed: Architecture[] = [];
  const novel = new Set<string>();
  let current = policy;
  for (let draws = 0; draws < maxDraws && novel.size < turn.count; draws++) {
    const sample = samplePolicy(space, current, turn.rng);
    if (!isFeasible(space.cost(sample), config.limits)) continue;
    const identity = identityOf(setup, sample);
    if (novel.has(identity)) continue;
    if (isNovel(setup, turn, sample)) {
      novel.add(identity);
      proposed.push(sample);
      continue;
    }
    const top1Percent = known.get(identity);
    // An evaluation that failed taught nothing.
    if (top1Percent === undefined) continue;
    if (proposed.length - novel.size >= maxRepeats) break;
    proposed.push(sample);
    current = step(setup, current, sample, top1Percent);
  }
  if (novel.size === turn.count) return proposed;
  const rest = {
    ...turn,
    count: turn.count - novel.size,
    seen: new Set([...turn.seen, ...proposed.map(({ canonical }) => canonical)]),
    seenClasses: new Set([...turn.seenClasses, ...novel]),
  };
  return [...proposed, ...collectNovel(setup, rest, () => sampleUniform(space, turn.rng))];
}

function step(
  { space, config }: SearcherSetup,
  policy: Policy,
  architecture: Architecture,
  top1Percent: number,
): Policy {
  return learn(space, policy, architecture, top1Percent, config.reinforce);
}
