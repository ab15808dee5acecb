import type { ChatBackend } from "../chat-backend.js";
import { createEndpoint, type EndpointOptions } from "../openai/create-backend.js";
import { endpointHabits } from "../openai/endpoint-kinds.js";
import { systemTiming, type Timing } from "../timing.js";
import { Breaker, withBreaker } from "./breaker.js";
import { createChain } from "./chain.js";
import { Limiter, type Limits } from "./limiter.js";
import { withRetries } from "./retries.js";
import { withLimits } from "./with-limits.js";

/** An endpoint and what may be asked of it. */
export interface RoleEndpoint extends EndpointOptions {
  readonly limits?: Limits | undefined;
}

/** How a role asks, whichever endpoint it is. */
export interface RoleAsking {
  /** For one answer of one endpoint, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /** Attempts after the first. Default 2. */
  readonly retries?: number | undefined;
  /** Longest wait before the second attempt, in milliseconds; doubles each time. Default 1,000. */
  readonly backoffMs?: number | undefined;
  /** Answers in a row that must fail before an endpoint is left alone. Default 3. */
  readonly breakerFailures?: number | undefined;
  /** How long it is then left alone, in milliseconds. Default 30,000. */
  readonly breakerOpenMs?: number | undefined;
  readonly timing?: Timing | undefined;
}

/**
 * A role's endpoints as one backend: limits around each request, attempts around those, a breaker
 * around the answer, and the chain around all. Models at one address share its breaker and limits, which
 * are those of the first.
 */
export async function createRoleBackend(
  endpoints: readonly [RoleEndpoint, ...RoleEndpoint[]],
  asking: RoleAsking,
): Promise<ChatBackend> {
  const { timing = systemTiming, timeoutMs, retries, backoffMs } = asking;
  const shared = new Map<string, { readonly breaker: Breaker; readonly limiter: Limiter }>();
  const guardsOf = ({ kind = "openai", baseUrl, limits = {} }: RoleEndpoint) => {
    const url = baseUrl ?? endpointHabits[kind].baseUrl ?? "";
    const guards = shared.get(url) ?? {
      breaker: new Breaker({
        failures: asking.breakerFailures,
        openMs: asking.breakerOpenMs,
        timing,
      }),
      limiter: new Limiter(limits, timing),
    };
    shared.set(url, guards);
    return guards;
  };
  const create = async (endpoint: RoleEndpoint): Promise<ChatBackend> => {
    const { breaker, limiter } = guardsOf(endpoint);
    const limited = withLimits(await createEndpoint({ ...endpoint, timing }), limiter);
    const maxAttempts = retries === undefined ? undefined : retries + 1;
    const patient = withRetries(limited, { timeoutMs, maxAttempts, backoffMs, timing });
    return withBreaker(patient, breaker);
  };
  const [first, ...others] = endpoints;
  return createChain([await create(first), ...(await Promise.all(others.map(create)))]);
}
