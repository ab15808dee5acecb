import { orElse } from "@collm/llm";
import type { Navigator } from "./navigator.js";

/** A Navigator, and who answers where it does not; it is called by the first one's name. */
export function createFallbackNavigator(first: Navigator, second: Navigator): Navigator {
  return {
    description: first.description,
    propose: async (request, onText, signal) =>
      orElse(await first.propose(request, onText, signal), signal, () =>
        second.propose(request, onText, signal),
      ),
    proposeWithCandidates: async (request, onText, signal) =>
      orElse(await first.proposeWithCandidates(request, onText, signal), signal, () =>
        second.proposeWithCandidates(request, onText, signal),
      ),
  };
}
