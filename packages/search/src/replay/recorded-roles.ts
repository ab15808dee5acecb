import type { EventOf, SearchEvent } from "../events.js";
import type { Roles } from "../ports.js";
import type {
  CandidatesRequest,
  JointProposal,
  JointRequest,
  Proposal,
  RoleAnswer,
  StrategyRequest,
} from "../roles.js";
import type { Recording } from "./recording.js";

/** Somebody who was asked and whose answer the journal may have next. */
interface Asked {
  readonly role: "navigator" | "generator";
  /** Gives the answer if the event is one; false if not. */
  give(event: SearchEvent): boolean;
}

/** Roles that answer when the journal has their answer next. */
export class RecordedRoles implements Roles {
  readonly #recording: Recording;
  readonly #asked: Asked[] = [];

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  proposeStrategy(request: StrategyRequest): Promise<RoleAnswer<string>> {
    return this.#ask("navigator", request, (event) =>
      event.type === "StrategyProposed"
        ? { kind: "answered", value: event.strategy, ...toldIn(event) }
        : undefined,
    );
  }

  proposeCandidates(request: CandidatesRequest): Promise<RoleAnswer<readonly Proposal[]>> {
    return this.#ask("generator", request, (event) =>
      event.type === "CandidatesProposed"
        ? { kind: "answered", value: proposalsIn(event), ...toldIn(event) }
        : undefined,
    );
  }

  proposeStrategyAndCandidates(request: JointRequest): Promise<RoleAnswer<JointProposal>> {
    return this.#ask("navigator", request, (event) =>
      event.type === "CandidatesProposed"
        ? {
            kind: "answered",
            value: { strategy: event.strategy ?? "", proposals: proposalsIn(event) },
            ...toldIn(event),
          }
        : undefined,
    );
  }

  /** What the loop waits for from roles, in words. */
  get waitedFor(): readonly string[] {
    return this.#asked.map(({ role }) => `the answer of the ${role}`);
  }

  /** Gives the next event's answer to whoever was asked for it; false if nobody was. */
  report(next: SearchEvent): boolean {
    const place = this.#asked.findIndex((asked) => asked.give(next));
    if (place === -1) return false;
    this.#asked.splice(place, 1);
    return true;
  }

  #ask<T>(
    role: "navigator" | "generator",
    { iteration, subBatch }: { readonly iteration: number; readonly subBatch?: number | undefined },
    read: (event: SearchEvent) => RoleAnswer<T> | undefined,
  ): Promise<RoleAnswer<T>> {
    return new Promise((resolve) => {
      const give = (event: SearchEvent): boolean => {
        if (!("iteration" in event) || event.iteration !== iteration) return false;
        if ("subBatch" in event ? event.subBatch !== subBatch : subBatch !== undefined)
          return false;
        const answer = read(event) ?? failureIn(event, role);
        if (!answer) return false;
        this.#recording.noteCause("roleAnswers");
        resolve(answer);
        return true;
      };
      this.#asked.push({ role, give });
    });
  }
}

function failureIn(event: SearchEvent, role: string): RoleAnswer<never> | undefined {
  if (event.type !== "Degraded" || event.role !== role) return undefined;
  return { kind: "failed", reason: event.reason, ...toldIn(event) };
}

/** What was asked for the answer, and who was to give it where that had changed. */
function toldIn({
  exchanges,
  roleChange,
}: EventOf<"StrategyProposed" | "CandidatesProposed" | "Degraded">): Pick<
  RoleAnswer<never>,
  "exchanges" | "player"
> {
  return { exchanges, ...(roleChange ? { player: roleChange.to } : {}) };
}

function proposalsIn({ candidates }: EventOf<"CandidatesProposed">): readonly Proposal[] {
  // The ids are left out: the loop numbers the candidates again.
  return candidates.map(({ text, notation, problem }) => ({ text, notation, problem }) as Proposal);
}
