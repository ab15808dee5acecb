import {
  candidateHints,
  commonRequest,
  createSingleModelSearcher,
  roleSeed,
} from "./language-model.js";

/**
 * SiLLM-NAS, the paper's ablation (section 4.4): one language model reflects on the trajectory and
 * writes candidates in the same answer. It is the Navigator, whose memory of its own strategies it
 * has; there is no Generator.
 */
export const sillmSearcher = createSingleModelSearcher("sillm", "navigator", (state, turn) => ({
  kind: "ask-navigator-alone",
  request: {
    ...commonRequest(state, turn),
    trajectory: state.trajectory,
    hasMemory: state.setup.config.navigatorMemory,
    ...candidateHints(state, turn),
    seed: roleSeed(state, turn, "navigator"),
  },
}));
