import type { EvaluationDispatcher, Roles } from "@collm/search";
import { collm, failSpan, inSpan, spanNames } from "@collm/tracing";
import { context } from "@opentelemetry/api";
import type { SearchPorts } from "./active-search.js";
import type { SearchTrace } from "./search-trace.js";

/** The same ports, with all that they do as part of the search's trace. */
export function tracedPorts(ports: SearchPorts, trace: SearchTrace): SearchPorts {
  return {
    ...ports,
    roles: tracedRoles(ports.roles, trace),
    dispatcher: tracedDispatcher(ports.dispatcher, trace),
  };
}

/** The calls themselves are spans of the channel. */
function tracedRoles(roles: Roles, trace: SearchTrace): Roles {
  const inRound = <T>({ iteration }: { readonly iteration: number }, ask: () => T): T =>
    context.with(trace.contextOf(iteration), ask);
  return {
    proposeStrategy: (request, signal) =>
      inRound(request, () => roles.proposeStrategy(request, signal)),
    proposeCandidates: (request, signal) =>
      inRound(request, () => roles.proposeCandidates(request, signal)),
    proposeStrategyAndCandidates: (request, signal) =>
      inRound(request, () => roles.proposeStrategyAndCandidates(request, signal)),
  };
}

function tracedDispatcher(dispatcher: EvaluationDispatcher, trace: SearchTrace) {
  return {
    evaluate: (request, signal, onStarted) => {
      const { candidateId, canonical, supernet } = request;
      // Their ids begin with their round's number.
      const parent = trace.contextOf(Number.parseInt(candidateId, 10));
      const attributes = {
        [collm.candidateId]: candidateId,
        [collm.canonical]: canonical,
        [collm.supernet]: supernet,
      };
      return inSpan(spanNames.evaluate, { parent, attributes }, async (span) => {
        const outcome = await dispatcher.evaluate(request, signal, onStarted);
        if (outcome.kind === "failed") failSpan(span, outcome.code, outcome.message);
        else {
          span.setAttributes({
            [collm.isStored]: outcome.isStored,
            [collm.top1Percent]: outcome.result.top1Percent,
          });
        }
        return outcome;
      });
    },
  } satisfies EvaluationDispatcher;
}
