import {
  candidateHints,
  commonRequest,
  createSingleModelSearcher,
  roleSeed,
} from "./language-model.js";

/**
 * Optimisation by prompting (Yang et al. 2023, arXiv 2309.03409): one language model, the Generator,
 * is shown the scored solutions, best last, and writes better ones. There is no Navigator and no
 * strategy: what to conclude from the scores is left to the model's single answer.
 *
 * The original asks eight times for one solution at a temperature of 1; here one answer holds the
 * batch, as in the other searchers, so that the number of requests compares.
 */
export const oproSearcher = createSingleModelSearcher("opro", "generator", (state, turn) => ({
  kind: "ask-generator",
  request: {
    ...commonRequest(state, turn),
    strategy: "",
    ...candidateHints(state, turn),
    history: state.trajectory,
    seed: roleSeed(state, turn, "generator"),
  },
}));
