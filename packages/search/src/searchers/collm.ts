import type { Searcher } from "../searcher.js";
import {
  candidateHints,
  commonRequest,
  initialLanguageModelState,
  type LanguageModelState,
  roleSeed,
  standIn,
  withIteration,
} from "./language-model.js";

interface CollmState {
  readonly model: LanguageModelState;
  readonly lastStrategy?: string | undefined;
}

/**
 * CoLLM-NAS: the Navigator turns the trajectory into a strategy (S_t), the Generator turns the
 * strategy into candidates (C_{t+1}). A silent Navigator leaves the last strategy in force. A
 * Generator that is silent, or whose last three answers held nothing to evaluate, is stood in for
 * by uniform sampling for one iteration, so that the search finds something whatever a model
 * answers. The paper has no such rule; its preset keeps it all the same, and the journal
 * tells each time (`Degraded`).
 */
export const collmSearcher: Searcher<CollmState> = {
  name: "collm",
  initial: (setup) => ({ model: initialLanguageModelState(setup) }),
  observe: ({ model, lastStrategy }, record) => ({
    model: withIteration(model, record, "generator"),
    lastStrategy: record.strategy ?? lastStrategy,
  }),
  propose: ({ model, lastStrategy }, turn) => {
    const { config } = model.setup;
    const { strategy, degraded } = turn.record;
    if (strategy === undefined && !degraded.some(({ role }) => role === "navigator")) {
      return {
        kind: "ask-navigator",
        request: {
          ...commonRequest(model, turn),
          trajectory: model.trajectory,
          hasMemory: config.navigatorMemory,
          seed: roleSeed(model, turn, "navigator"),
        },
      };
    }
    return (
      standIn(model, turn, "generator") ?? {
        kind: "ask-generator",
        request: {
          ...commonRequest(model, turn),
          strategy: strategy ?? lastStrategy ?? "No strategy yet: propose diverse candidates.",
          ...candidateHints(model, turn),
          history: config.generatorMemory ? model.trajectory : [],
          seed: roleSeed(model, turn, "generator"),
        },
      }
    );
  },
};
