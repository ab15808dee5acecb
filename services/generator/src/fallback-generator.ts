import { orElse } from "@collm/llm";
import type { Generator } from "./generator.js";

/** A Generator, and who answers where it does not; it is called by the first one's name. */
export function createFallbackGenerator(first: Generator, second: Generator): Generator {
  return {
    description: first.description,
    propose: async (request, signal) =>
      orElse(await first.propose(request, signal), signal, () => second.propose(request, signal)),
  };
}
