import type { DeadLetter, WorkMessage } from "@collm/events";
import type { EvaluationResult } from "@collm/search";

/** Somebody who waits for a content key. */
export interface Waiter {
  readonly work: WorkMessage;
  /** Where its message lies in the queue. */
  sequence: number | undefined;
  isStarted: boolean;
  onStarted(): void;
  /** @param result if it came along; else it is read */
  onResult(isStored: boolean | undefined, result?: EvaluationResult): void;
  onLetter(letter: DeadLetter): void;
}
