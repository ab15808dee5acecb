import type { generator, navigator, search } from "@collm/proto";
import type { JointProposal, Proposal, RoleAnswer } from "@collm/search";
import { fromProtoExchange, toProtoExchange } from "./convert-search.js";
import { parseJsonField } from "./json-field.js";
import { roleLabel } from "./role-label.js";

/**
 * What the roles answer, as messages and back. A failure is an answer too, with its exchanges. The service
 * says with each answer who was set up to play the role; the other side reads that as a label (`player`).
 */

export function toProtoCandidatesAnswer(
  answer: RoleAnswer<readonly Proposal[]>,
  role?: search.Role,
): generator.ProposeCandidatesResponse {
  if (answer.kind === "failed") {
    return { proposals: [], exchanges: [], failure: toProtoFailure(answer, role) };
  }
  return {
    proposals: answer.value.map(toProtoProposal),
    exchanges: answer.exchanges.map(toProtoExchange),
    ...(role ? { role } : {}),
  };
}

/** Throws `invalid-argument` where a JSON field holds no JSON. */
export function fromProtoCandidatesAnswer(
  response: generator.ProposeCandidatesResponse,
): RoleAnswer<readonly Proposal[]> {
  if (response.failure) return fromProtoFailure(response.failure);
  return {
    kind: "answered",
    value: response.proposals.map((proposal, i) => fromProtoProposal(proposal, `proposals[${i}]`)),
    exchanges: exchangesOf(response, "exchanges"),
    ...playerOf(response),
  };
}

/** The last message of a stream; pieces of text go before it. */
export function toProtoStrategyAnswer(
  answer: RoleAnswer<string>,
  role?: search.Role,
): navigator.ProposeStrategyResponse {
  if (answer.kind === "failed") {
    return { event: { $case: "failure", value: toProtoFailure(answer, role) } };
  }
  const exchanges = answer.exchanges.map(toProtoExchange);
  const value = { text: answer.value, exchanges, ...(role ? { role } : {}) };
  return { event: { $case: "strategy", value } };
}

/** Undefined for a message that is a piece of text. Throws like `fromProtoCandidatesAnswer`. */
export function fromProtoStrategyAnswer({
  event,
}: navigator.ProposeStrategyResponse): RoleAnswer<string> | undefined {
  switch (event?.$case) {
    case "strategy":
      return {
        kind: "answered",
        value: event.value.text,
        exchanges: exchangesOf(event.value, "strategy.exchanges"),
        ...playerOf(event.value),
      };
    case "failure":
      return fromProtoFailure(event.value);
    default:
      return undefined;
  }
}

/** The last message of a stream, as of {@link toProtoStrategyAnswer}. */
export function toProtoJointAnswer(
  answer: RoleAnswer<JointProposal>,
  role?: search.Role,
): navigator.ProposeStrategyAndCandidatesResponse {
  if (answer.kind === "failed") {
    return { event: { $case: "failure", value: toProtoFailure(answer, role) } };
  }
  const { strategy, proposals } = answer.value;
  const value = {
    strategy,
    proposals: proposals.map(toProtoProposal),
    exchanges: answer.exchanges.map(toProtoExchange),
    ...(role ? { role } : {}),
  };
  return { event: { $case: "answer", value } };
}

/** Undefined for a message that is a piece of text. Throws like `fromProtoCandidatesAnswer`. */
export function fromProtoJointAnswer({
  event,
}: navigator.ProposeStrategyAndCandidatesResponse): RoleAnswer<JointProposal> | undefined {
  switch (event?.$case) {
    case "answer": {
      const { strategy, proposals } = event.value;
      return {
        kind: "answered",
        value: {
          strategy,
          proposals: proposals.map((proposal, i) =>
            fromProtoProposal(proposal, `answer.proposals[${i}]`),
          ),
        },
        exchanges: exchangesOf(event.value, "answer.exchanges"),
        ...playerOf(event.value),
      };
    }
    case "failure":
      return fromProtoFailure(event.value);
    default:
      return undefined;
  }
}

type Failed = Extract<RoleAnswer<unknown>, { kind: "failed" }>;

function toProtoFailure({ reason, exchanges }: Failed, role?: search.Role): search.RoleFailure {
  return { reason, exchanges: exchanges.map(toProtoExchange), ...(role ? { role } : {}) };
}

function fromProtoFailure(failure: search.RoleFailure): Failed {
  const exchanges = exchangesOf(failure, "failure.exchanges");
  return { kind: "failed", reason: failure.reason, exchanges, ...playerOf(failure) };
}

/** Absent where an older service does not say. */
function playerOf({ role }: { readonly role?: search.Role | undefined }) {
  return role ? { player: roleLabel(role) } : {};
}

function exchangesOf({ exchanges }: { readonly exchanges: search.Exchange[] }, at: string) {
  return exchanges.map((exchange, i) => fromProtoExchange(exchange, `${at}[${i}]`));
}

function toProtoProposal(proposal: Proposal): generator.Proposal {
  const { text, notation, problem } = proposal;
  return {
    text,
    ...(notation === undefined ? {} : { notationJson: JSON.stringify(notation) }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function fromProtoProposal(proposal: generator.Proposal, at: string): Proposal {
  const { text, notationJson, problem } = proposal;
  return {
    text,
    ...(notationJson === undefined
      ? {}
      : { notation: parseJsonField(`${at}.notation_json`, notationJson) }),
    ...(problem === undefined ? {} : { problem }),
  };
}
