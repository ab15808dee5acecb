import type { generator, navigator, search } from "@collm/proto";
import type { JointProposal, Proposal, RoleAnswer } from "@collm/search";
import { fromProtoExchange, toProtoExchange } from "./convert-search.js";
import { parseJsonField } from "./json-field.js";

/** What the roles answer, as messages and back. A failure is an answer too, with its exchanges. */

export function toProtoCandidatesAnswer(
  answer: RoleAnswer<readonly Proposal[]>,
): generator.ProposeCandidatesResponse {
  if (answer.kind === "failed") {
    return { proposals: [], exchanges: [], failure: toProtoFailure(answer) };
  }
  return {
    proposals: answer.value.map(toProtoProposal),
    exchanges: answer.exchanges.map(toProtoExchange),
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
  };
}

/** The last message of a stream; pieces of text go before it. */
export function toProtoStrategyAnswer(
  answer: RoleAnswer<string>,
): navigator.ProposeStrategyResponse {
  if (answer.kind === "failed") {
    return { event: { $case: "failure", value: toProtoFailure(answer) } };
  }
  const value = { text: answer.value, exchanges: answer.exchanges.map(toProtoExchange) };
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
): navigator.ProposeStrategyAndCandidatesResponse {
  if (answer.kind === "failed") {
    return { event: { $case: "failure", value: toProtoFailure(answer) } };
  }
  const { strategy, proposals } = answer.value;
  const value = {
    strategy,
    proposals: proposals.map(toProtoProposal),
    exchanges: answer.exchanges.map(toProtoExchange),
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
      };
    }
    case "failure":
      return fromProtoFailure(event.value);
    default:
      return undefined;
  }
}

type Failed = Extract<RoleAnswer<unknown>, { kind: "failed" }>;

function toProtoFailure({ reason, exchanges }: Failed): search.RoleFailure {
  return { reason, exchanges: exchanges.map(toProtoExchange) };
}

function fromProtoFailure(failure: search.RoleFailure): Failed {
  const exchanges = exchangesOf(failure, "failure.exchanges");
  return { kind: "failed", reason: failure.reason, exchanges };
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
