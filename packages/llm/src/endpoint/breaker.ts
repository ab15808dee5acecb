import type { ChatBackend, ChatOutcome } from "../chat-backend.js";
import { systemTiming, type Timing } from "../timing.js";

export interface BreakerOptions {
  /** Answers in a row that must fail before the endpoint is left alone. Default 3. */
  readonly failures?: number | undefined;
  /** How long it is then left alone, in milliseconds. Default 30,000. */
  readonly openMs?: number | undefined;
  readonly timing?: Timing | undefined;
}

/** What the breaker says about one question. */
type Pass =
  | { readonly kind: "allowed"; readonly isProbe: boolean }
  | { readonly kind: "refused"; readonly reason: string; readonly retryAfterMs: number };

/**
 * A circuit breaker of one endpoint. After some failures in a row it refuses questions for a while, so
 * that nobody waits for an endpoint that is down; then one question is let through, and how that
 * goes decides.
 */
export class Breaker {
  readonly #maxFailures: number;
  readonly #openMs: number;
  readonly #timing: Timing;
  #failures = 0;
  #closesAtMs: number | undefined;
  #isProbing = false;

  constructor({ failures = 3, openMs = 30_000, timing = systemTiming }: BreakerOptions = {}) {
    this.#maxFailures = failures;
    this.#openMs = openMs;
    this.#timing = timing;
  }

  pass(): Pass {
    if (this.#closesAtMs === undefined) return { kind: "allowed", isProbe: false };
    const leftMs = Math.max(0, this.#closesAtMs - this.#timing.nowMs());
    if (leftMs === 0 && !this.#isProbing) {
      this.#isProbing = true;
      return { kind: "allowed", isProbe: true };
    }
    const until =
      leftMs === 0 ? "until one answer came" : `for ${Math.ceil(leftMs / 1_000)} s more`;
    const reason = `the endpoint failed ${this.#failures} times in a row and is left alone ${until}`;
    return { kind: "refused", reason, retryAfterMs: leftMs };
  }

  /** @param verdict `unknown` where the question says nothing about the endpoint, as when cancelled */
  settle(isProbe: boolean, verdict: "works" | "fails" | "unknown"): void {
    if (isProbe) this.#isProbing = false;
    if (verdict === "works") {
      this.#failures = 0;
      this.#closesAtMs = undefined;
    }
    if (verdict !== "fails") return;
    this.#failures++;
    if (this.#failures >= this.#maxFailures) {
      this.#closesAtMs = this.#timing.nowMs() + this.#openMs;
    }
  }
}

/** Asks only while the breaker lets questions through. Endpoints may share one. */
export function withBreaker(backend: ChatBackend, breaker: Breaker): ChatBackend {
  return {
    name: backend.name,
    model: backend.model,
    complete: async (request, signal) => {
      const pass = breaker.pass();
      if (pass.kind === "refused") {
        const { reason, retryAfterMs } = pass;
        const failure = { code: "unavailable", reason, isRetryable: true, retryAfterMs } as const;
        return { kind: "failed", ...failure, attempts: [], seconds: 0 };
      }
      const outcome = await backend.complete(request, signal);
      breaker.settle(pass.isProbe, verdictOf(outcome));
      return outcome;
    },
  };
}

/** An endpoint that refuses a key or a request, or that limits its rate, is there. */
function verdictOf(outcome: ChatOutcome): "works" | "fails" | "unknown" {
  if (outcome.kind === "answered") return "works";
  if (outcome.code === "cancelled") return "unknown";
  return outcome.code === "unavailable" || outcome.code === "deadline-exceeded" ? "fails" : "works";
}
