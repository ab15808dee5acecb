import type { EventOf, SearchEvent } from "../events.js";
import type { Roles } from "../ports.js";
import type { Proposal, RoleAnswer } from "../roles.js";
import type { Recording } from "./recording.js";

/** How a replayed life of a search is steered from its ports. */
export interface LifeSteering {
  /** Whether the next event tells that the search stopped here, by itself or by a death. */
  isStopNext(): boolean;
  /** Ends the replay: the loop waits for something that the journal does not have next. */
  block(waitsFor: string): void;
}

/** Roles that answer what the journal has next. */
export function recordedRoles(recording: Recording, steering: LifeSteering): Roles {
  const answer = <T>(
    role: "navigator" | "generator",
    read: (event: SearchEvent) => RoleAnswer<T> | undefined,
  ): Promise<RoleAnswer<T>> => {
    const { next } = recording;
    const given =
      next && !steering.isStopNext() ? (read(next) ?? failureIn(next, role)) : undefined;
    if (given) {
      recording.noteCause("roleAnswers");
      return Promise.resolve(given);
    }
    if (!steering.isStopNext()) steering.block(`the answer of the ${role}`);
    // The search stops here; the loop leaves what it waits for.
    return new Promise(() => undefined);
  };
  return {
    proposeStrategy: () =>
      answer("navigator", (event) =>
        event.type === "StrategyProposed"
          ? { kind: "answered", value: event.strategy, exchanges: event.exchanges }
          : undefined,
      ),
    proposeCandidates: () =>
      answer("generator", (event) =>
        event.type === "CandidatesProposed"
          ? { kind: "answered", value: proposalsIn(event), exchanges: event.exchanges }
          : undefined,
      ),
    proposeStrategyAndCandidates: () =>
      answer("navigator", (event) =>
        event.type === "CandidatesProposed"
          ? {
              kind: "answered",
              value: { strategy: event.strategy ?? "", proposals: proposalsIn(event) },
              exchanges: event.exchanges,
            }
          : undefined,
      ),
  };
}

function failureIn(event: SearchEvent, role: string): RoleAnswer<never> | undefined {
  if (event.type !== "Degraded" || event.role !== role) return undefined;
  return { kind: "failed", reason: event.reason, exchanges: event.exchanges };
}

function proposalsIn({ candidates }: EventOf<"CandidatesProposed">): readonly Proposal[] {
  // The ids are left out: the loop numbers the candidates again.
  return candidates.map(({ text, notation, problem }) => ({ text, notation, problem }) as Proposal);
}
