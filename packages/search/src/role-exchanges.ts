import { candidateId } from "./identifiers.js";
import type { JournalWriter } from "./journal-writer.js";
import type { Roles } from "./ports.js";
import { requestDigest } from "./request-digest.js";
import type {
  CandidatesRequest,
  JointProposal,
  JointRequest,
  Proposal,
  RoleAnswer,
  StrategyRequest,
} from "./roles.js";
import type { Step } from "./searcher.js";
import type { StopGate } from "./stop-gate.js";

const samplingFallback = "uniform sampling within the limits for this iteration";

/** Asks the Navigator for a strategy and journals the answer, or that there was none. */
export async function askNavigator(
  request: StrategyRequest,
  roles: Roles,
  writer: JournalWriter,
  gate: StopGate,
): Promise<void> {
  const { iteration } = request;
  await writer.record({
    type: "StrategyRequested",
    iteration,
    requestDigest: requestDigest(request),
  });
  const answer = await gate.guard((signal) => roles.proposeStrategy(request, signal));
  const exchanges = [...answer.exchanges];
  if (answer.kind === "answered" && answer.value.trim() !== "") {
    await writer.record({
      type: "StrategyProposed",
      iteration,
      strategy: answer.value,
      exchanges,
    });
    return;
  }
  await writer.record({
    type: "Degraded",
    iteration,
    role: "navigator",
    reason: answer.kind === "failed" ? answer.reason : "its answer was empty",
    fallback: writer.state.iterations.some(({ strategy }) => strategy !== undefined)
      ? "the last strategy stays in force"
      : "there is no strategy yet, any candidates are asked for",
    exchanges,
  });
}

/** Asks the Generator for candidates and journals what it proposed, or that it proposed nothing. */
export async function askGenerator(
  request: CandidatesRequest,
  roles: Roles,
  writer: JournalWriter,
  gate: StopGate,
): Promise<void> {
  await takeProposals("generator", request, writer, async () => {
    const answer = await gate.guard((signal) => roles.proposeCandidates(request, signal));
    return answer.kind === "failed"
      ? answer
      : { ...answer, value: { strategy: "", proposals: answer.value } };
  });
}

/** Asks the Navigator for a strategy with its candidates and journals both in one event. */
export async function askNavigatorAlone(
  request: JointRequest,
  roles: Roles,
  writer: JournalWriter,
  gate: StopGate,
): Promise<void> {
  await takeProposals("navigator", request, writer, () =>
    gate.guard((signal) => roles.proposeStrategyAndCandidates(request, signal)),
  );
}

/** Journals that a role is asked for candidates, and what it proposed or that it proposed nothing. */
async function takeProposals(
  role: "navigator" | "generator",
  request: CandidatesRequest | JointRequest,
  writer: JournalWriter,
  ask: () => Promise<RoleAnswer<JointProposal>>,
): Promise<void> {
  const { iteration, count } = request;
  await writer.record({
    type: "CandidatesRequested",
    iteration,
    count,
    requestDigest: requestDigest(request),
  });
  const answer = await ask();
  const exchanges = [...answer.exchanges];
  if (answer.kind === "answered" && answer.value.proposals.length > 0) {
    const { strategy, proposals } = answer.value;
    await writer.record({
      type: "CandidatesProposed",
      iteration,
      origin: role,
      ...(strategy.trim() === "" ? {} : { strategy }),
      candidates: proposedBy(iteration, proposals),
      exchanges,
    });
    return;
  }
  await writer.record({
    type: "Degraded",
    iteration,
    role,
    reason: answer.kind === "failed" ? answer.reason : "its answer held no candidate",
    fallback: samplingFallback,
    exchanges,
  });
}

function proposedBy(iteration: number, proposals: readonly Proposal[]) {
  return proposals.map(({ text, notation, problem }, i) => ({
    id: candidateId(iteration, i + 1),
    text,
    ...(isNotation(notation) ? { notation } : {}),
    ...(problem === undefined ? {} : { problem }),
  }));
}

/** Journals candidates that the searcher made itself. */
export async function takeCandidates(
  iteration: number,
  step: Extract<Step, { kind: "candidates" }>,
  writer: JournalWriter,
): Promise<void> {
  if (step.degraded) {
    await writer.record({
      type: "Degraded",
      iteration,
      ...step.degraded,
      fallback: samplingFallback,
      exchanges: [],
    });
  }
  const { space } = writer.state;
  if (!space) throw new RangeError("the search has not started");
  await writer.record({
    type: "CandidatesProposed",
    iteration,
    origin: step.origin,
    candidates: step.architectures.map((architecture, i) => {
      const notation = space.notation(architecture);
      return {
        id: candidateId(iteration, i + 1),
        notation: isNotation(notation) ? notation : {},
      };
    }),
    exchanges: [],
  });
}

/** Numbers, booleans and null parse as JSON but are no family's notation. */
function isNotation(value: unknown): value is string | unknown[] | Record<string, unknown> {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}
