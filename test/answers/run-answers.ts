import { notationShape, parseCandidates, splitReflection, splitThinking } from "@collm/llm";
import type { Proposal } from "@collm/search";
import { createSearchSpace, type SearchSpace, type SpaceSpec } from "@collm/search-space";
import { damagedAnswer } from "./damaged-answer.js";
import type { KnownAnswer } from "./known-answer.js";
import { knownAnswer } from "./known-answers.js";

export interface AnswersRun {
  readonly seed: number;
  /** Answers to read; every second one is damaged. */
  readonly count: number;
  /** Called now and then with how many of both are done. */
  readonly onProgress?: (done: number) => void;
}

/** What the parser made of an answer of known content. */
export interface KnownOutcome {
  readonly number: number;
  readonly answer: KnownAnswer;
  /** Meant and not found, canonical. */
  readonly missed: readonly string[];
  /** Legal, found and not meant, canonical. */
  readonly invented: readonly string[];
  readonly isInOrder: boolean;
  /** Candidates that were dropped without saying why. */
  readonly withoutReason: number;
  readonly milliseconds: number;
}

export interface DamagedOutcome {
  readonly number: number;
  readonly proposals: number;
  /** What was thrown, if anything was. */
  readonly thrown?: string | undefined;
  readonly milliseconds: number;
}

export interface AnswersOutcome {
  readonly known: readonly KnownOutcome[];
  readonly damaged: readonly DamagedOutcome[];
}

/** Whether something was missed, invented, out of order or dropped without a word. */
export function isWrong(outcome: KnownOutcome): boolean {
  const { missed, invented, isInOrder, withoutReason } = outcome;
  return missed.length > 0 || invented.length > 0 || !isInOrder || withoutReason > 0;
}

/** Reads answers of known content and damaged ones, as the roles do. */
export function runAnswers({ seed, count, onProgress }: AnswersRun): AnswersOutcome {
  const known: KnownOutcome[] = [];
  const damaged: DamagedOutcome[] = [];
  for (let number = 0; 2 * number < count; number++) {
    known.push(tryKnown(number, knownAnswer(seed, number)));
    damaged.push(tryDamaged(number, damagedAnswer(seed, number)));
    if (number % 1_000 === 999) onProgress?.(2 * (number + 1));
  }
  return { known, damaged };
}

function tryKnown(number: number, answer: KnownAnswer): KnownOutcome {
  const space = createSearchSpace(answer.space);
  const { proposals, milliseconds } = read(space, answer.text, answer.isJoint);
  const verdicts = proposals.map((proposal) => judge(space, proposal));
  const found = [...new Set(verdicts.flatMap(({ canonical }) => canonical ?? []))];
  const missed = answer.meant.filter((canonical) => !found.includes(canonical));
  const invented = found.filter((canonical) => !answer.meant.includes(canonical));
  const withoutReason = verdicts.filter(({ canonical, reason }) => !canonical && !reason).length;
  const isInOrder =
    missed.length > 0 || invented.length > 0 || found.join() === answer.meant.join();
  return { number, answer, missed, invented, isInOrder, withoutReason, milliseconds };
}

function tryDamaged(
  number: number,
  { space, text }: { readonly space: SpaceSpec; readonly text: string },
): DamagedOutcome {
  const startedMs = performance.now();
  try {
    const { proposals, milliseconds } = read(createSearchSpace(space), text, number % 4 === 0);
    return { number, proposals: proposals.length, milliseconds };
  } catch (error) {
    const milliseconds = performance.now() - startedMs;
    return { number, proposals: 0, thrown: String(error), milliseconds };
  }
}

function read(space: SearchSpace, text: string, isJoint: boolean) {
  const shape = notationShape(space.jsonSchema());
  const startedMs = performance.now();
  const { answer } = splitThinking(text);
  const proposals = parseCandidates(isJoint ? splitReflection(answer).candidates : answer, shape);
  return { proposals, milliseconds: performance.now() - startedMs };
}

function judge(
  space: SearchSpace,
  { notation, problem }: Proposal,
): { readonly canonical?: string; readonly reason?: string | undefined } {
  if (notation === undefined) return { reason: problem };
  const legality = space.legality(notation);
  return legality.kind === "legal"
    ? { canonical: legality.architecture.canonical }
    : { reason: legality.reasons.join("; ") };
}
