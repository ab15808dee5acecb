import type { RoleAnswer } from "@collm/search";
import { isLate } from "./stop-reason.js";

/**
 * A role's answer, or the next player's where there is none. The exchanges of both are kept, so that the
 * journal tells who answered and why the others did not. Nobody answers a caller who gave up; one whose
 * time is over may still be answered by a player who takes none.
 */
export async function orElse<Value>(
  answer: RoleAnswer<Value>,
  signal: AbortSignal,
  next: () => Promise<RoleAnswer<Value>>,
): Promise<RoleAnswer<Value>> {
  if (answer.kind === "answered" || (signal.aborted && !isLate(signal))) return answer;
  const other = await next();
  return { ...other, exchanges: [...answer.exchanges, ...other.exchanges] };
}

/** What went wrong on the way to an answer, one sentence for each request; empty if nothing did. */
export function troublesOf({ exchanges }: RoleAnswer<unknown>): readonly string[] {
  return exchanges.flatMap(({ backend, model, error }) =>
    error === undefined ? [] : [`${backend} (${model}): ${error}`],
  );
}
