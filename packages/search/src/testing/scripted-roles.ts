import { createRng, createSearchSpace, fnv1a, sampleUniform } from "@collm/search-space";
import type { Roles } from "../ports.js";
import type {
  CandidatesRequest,
  JointProposal,
  JointRequest,
  Proposal,
  RoleAnswer,
  StrategyRequest,
} from "../roles.js";

export interface ScriptedRolesOptions {
  /** The Navigator's answer; undefined is a failure. Default: a sentence with the iteration. */
  readonly strategy?: (request: StrategyRequest) => string | undefined;
  /**
   * The Generator's answer, and the candidates of a Navigator that is alone; undefined is a failure.
   * Default: `count` uniform samples.
   */
  readonly candidates?: (
    request: CandidatesRequest | JointRequest,
  ) => readonly Proposal[] | undefined;
  /** Who was set up to play the role; default nobody tells. */
  readonly player?: (request: StrategyRequest | CandidatesRequest | JointRequest) => string;
  /** Seed of how long answers take; default: none takes any time. */
  readonly arrivalSeed?: number | undefined;
}

/**
 * Both roles from functions of the request alone, so that a resumed search is answered as the
 * undisturbed one was.
 */
export class ScriptedRoles implements Roles {
  readonly strategyRequests: StrategyRequest[] = [];
  readonly candidatesRequests: CandidatesRequest[] = [];
  readonly jointRequests: JointRequest[] = [];
  readonly #options: ScriptedRolesOptions;

  constructor(options: ScriptedRolesOptions = {}) {
    this.#options = options;
  }

  proposeStrategy(request: StrategyRequest): Promise<RoleAnswer<string>> {
    this.strategyRequests.push(request);
    const { strategy = ({ iteration }) => `Strategy ${iteration}: try everything.` } =
      this.#options;
    return this.#later(request, answer("navigator", strategy(request)));
  }

  proposeCandidates(request: CandidatesRequest): Promise<RoleAnswer<readonly Proposal[]>> {
    this.candidatesRequests.push(request);
    const { candidates = sampleProposals } = this.#options;
    return this.#later(request, answer("generator", candidates(request)));
  }

  proposeStrategyAndCandidates(request: JointRequest): Promise<RoleAnswer<JointProposal>> {
    this.jointRequests.push(request);
    const {
      strategy = ({ iteration }) => `Reflection ${iteration}.`,
      candidates = sampleProposals,
    } = this.#options;
    const proposals = candidates(request);
    const value = proposals && { strategy: strategy(request) ?? "", proposals };
    return this.#later(request, answer("navigator", value));
  }

  /** Turns of the microtask queue stand for time, so that tests need none. */
  async #later<T>(
    request: StrategyRequest | CandidatesRequest | JointRequest,
    given: RoleAnswer<T>,
  ): Promise<RoleAnswer<T>> {
    const { arrivalSeed, player } = this.#options;
    const told = player ? { ...given, player: player(request) } : given;
    const turns = arrivalSeed === undefined ? 0 : fnv1a(`${arrivalSeed}/${request.seed}`) % 96;
    for (let turn = 0; turn < turns; turn++) await undefined;
    return told;
  }
}

function sampleProposals(request: CandidatesRequest | JointRequest): readonly Proposal[] {
  const space = createSearchSpace(request.space);
  const rng = createRng(request.seed);
  return Array.from({ length: request.count }, () => {
    const notation = space.notation(sampleUniform(space, rng));
    return { text: JSON.stringify(notation), notation };
  });
}

function answer<T>(role: string, value: T | undefined): RoleAnswer<T> {
  const exchanges = [
    {
      backend: "scripted",
      model: role,
      request: { role },
      answer: JSON.stringify(value) ?? "",
      usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
      seconds: 0,
    },
  ];
  return value === undefined
    ? { kind: "failed", reason: "scripted failure", exchanges }
    : { kind: "answered", value, exchanges };
}
