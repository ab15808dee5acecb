import type { JointRequest } from "@collm/search";
import { heuristicCandidates } from "./generator.js";
import { heuristicStrategy } from "./navigator.js";

/**
 * SiLLM's only role without a language model: the Navigator's reflection and, from it, the
 * Generator's candidates, in one answer. Unlike a language model, which may think of both at once,
 * it does the one after the other, so it differs from the two roles apart in nothing but seeds.
 */
export function heuristicReflectionAndCandidates(request: JointRequest): string {
  const strategy = heuristicStrategy(request);
  const candidates = heuristicCandidates({ ...request, strategy, history: [] });
  return `${strategy.trim()}\n\n## CANDIDATES\n\n${candidates}`;
}
