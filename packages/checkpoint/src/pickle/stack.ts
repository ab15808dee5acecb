import type { CheckpointFormatError } from "../checkpoint-format-error.js";
import { maxOpenMarks, maxStackDepth } from "./limits.js";
import type { PickleValue } from "./value.js";

type Problem = (found: string, expected: string) => CheckpointFormatError;

/**
 * The stack of a pickle's program. A mark is a height: what was pushed since belongs to the container
 * that is being built. Nothing below the newest mark can be popped singly.
 */
export class PickleStack {
  readonly #values: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #problem: Problem;

  /** `problem` makes an error that points at the opcode in hand. */
  constructor(problem: Problem) {
    this.#problem = problem;
  }

  push(value: PickleValue): void {
    if (this.#values.length >= maxStackDepth) {
      throw this.#problem(
        `more than ${maxStackDepth} values on the stack`,
        `at most ${maxStackDepth}`,
      );
    }
    this.#values.push(value);
  }

  pop(): PickleValue {
    this.#requireOne();
    return this.#values.pop() as PickleValue;
  }

  top(): PickleValue {
    this.#requireOne();
    return this.#values[this.#values.length - 1] as PickleValue;
  }

  /** Takes the `count` newest values, oldest first. */
  take(count: number): PickleValue[] {
    if (this.#values.length - this.#floor() < count) {
      throw this.#problem(
        `${this.#values.length - this.#floor()} values on the stack`,
        `at least ${count}`,
      );
    }
    return this.#values.splice(this.#values.length - count);
  }

  mark(): void {
    if (this.#marks.length >= maxOpenMarks) {
      throw this.#problem(
        `containers nested more than ${maxOpenMarks} deep`,
        `at most ${maxOpenMarks}`,
      );
    }
    this.#marks.push(this.#values.length);
  }

  /** Takes everything since the newest mark, and the mark. */
  takeToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#problem("no mark on the stack", "a mark");
    return this.#values.splice(mark);
  }

  /** POP takes a mark off when nothing lies above it. */
  popValueOrMark(): void {
    if (this.#marks.at(-1) === this.#values.length) this.#marks.pop();
    else this.pop();
  }

  /** The one value that is left when the program stops. */
  result(): PickleValue {
    if (this.#values.length !== 1 || this.#marks.length !== 0) {
      const found = `${this.#values.length} values and ${this.#marks.length} marks at the end`;
      throw this.#problem(found, "one value");
    }
    return this.pop();
  }

  #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }

  #requireOne(): void {
    if (this.#values.length <= this.#floor()) {
      throw this.#problem("an empty stack", "a value on it");
    }
  }
}
