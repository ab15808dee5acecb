import type { Exchange, Proposal, Roles } from "@collm/search";
import { createRng, mutate, type Rng, type SearchSpace, sampleUniform } from "@collm/search-space";

/**
 * Roles that answer as language models do: prose with the best architecture so far, candidates
 * near it, and now and then something unparsable, illegal, repeated or over the limit. The
 * generator sees only the strategy, as in the method.
 */
export function createFakeRoles(space: SearchSpace, backend = "openai"): Roles {
  const roles: TwoRoles = {
    proposeStrategy: async ({ iteration, trajectory }) => {
      const trials = trajectory.flatMap((entry) => entry.trials);
      const [leader] = trials
        .filter((t) => t.isFeasible)
        .sort((a, b) => b.top1Percent - a.top1Percent);
      const strategy = leader
        ? [
            `Exploit the leader: widen late stages, trade resolution for depth (round ${iteration}).`,
            "",
            `The best network so far reaches ${leader.top1Percent} % at ${leader.cost.officialFlops} FLOPs, and the limit leaves room.`,
            "Early stages look saturated: kernel 3 there costs nothing in accuracy. Keep expansion 6 in the last two stages, try depth 4 in stage 3, and vary one stage at a time so that the effect can be told apart.",
            "",
            `Centre: ${leader.canonical}`,
          ].join("\n")
        : "Start broad: cover small, middle and large networks evenly.\n\nNothing is known yet, so spread over resolution and depth first.";
      return {
        kind: "answered",
        value: strategy,
        exchanges: [exchange(backend, strategy, 2_400 + 310 * iteration, 9.4)],
      };
    },
    proposeCandidates: async ({ iteration, strategy, count, seed }) => {
      const rng = createRng(seed, "fake-generator", iteration);
      const centre = /^Centre: (.*)$/m.exec(strategy)?.[1];
      const proposals = Array.from({ length: count + 1 }, (_, i) =>
        proposal(space, rng, centre, i),
      );
      const text = proposals.map((p) => p.text).join("\n");
      return {
        kind: "answered",
        value: proposals,
        exchanges: [exchange(backend, text, 1_150, 6.1)],
      };
    },
  };
  return alsoAlone(roles);
}

/** Navigator and Generator apart. */
export type TwoRoles = Omit<Roles, "proposeStrategyAndCandidates">;

/** The two roles, and a Navigator alone that says in one answer what the two would say. */
export function alsoAlone(roles: TwoRoles): Roles {
  return {
    ...roles,
    proposeStrategyAndCandidates: async (request, signal) => {
      const strategy = await roles.proposeStrategy(request, signal);
      if (strategy.kind === "failed") return strategy;
      const hints = { ...request, strategy: strategy.value, history: [] };
      const candidates = await roles.proposeCandidates(hints, signal);
      if (candidates.kind === "failed") return candidates;
      const value = { strategy: strategy.value, proposals: candidates.value };
      return { kind: "answered", value, exchanges: candidates.exchanges };
    },
  };
}

function proposal(
  space: SearchSpace,
  rng: Rng,
  centre: string | undefined,
  place: number,
): Proposal {
  if (place === 4 && rng.next() < 0.4) {
    return { text: "7. same as number 3 but <b>wider</b>", problem: "no JSON object in it" };
  }
  if (place === 6 && rng.next() < 0.5) {
    return {
      text: '{"ks": [3, 9], "e": [6], "d": [4], "r": 224}',
      notation: { ks: [3, 9], e: [6], d: [4], r: 224 },
    };
  }
  const legality = centre === undefined ? undefined : space.parse(centre);
  const repeats = place === 2 && rng.next() < 0.3;
  const architecture =
    legality?.kind === "legal"
      ? repeats
        ? legality.architecture
        : mutate(space, legality.architecture, rng, { probability: 0.15 })
      : sampleUniform(space, rng);
  const notation = space.notation(architecture);
  return { text: JSON.stringify(notation), notation };
}

function exchange(backend: string, answer: string, inputTokens: number, seconds: number): Exchange {
  return {
    backend,
    model: "qwen3",
    request: { messages: [] },
    answer,
    usage: {
      inputTokens,
      cachedInputTokens: Math.floor(inputTokens / 3),
      outputTokens: Math.ceil(answer.length / 4),
      reasoningTokens: 120,
    },
    seconds,
  };
}
