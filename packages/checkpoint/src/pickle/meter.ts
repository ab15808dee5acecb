import type { CheckpointFormatError } from "../checkpoint-format-error.js";
import type { ByteStream } from "./byte-stream.js";
import type { PickleLimits } from "./limits.js";
import { Opaque, type PickleValue } from "./value.js";

/** Counts what a pickle costs, and knows the opcode in hand, which errors point at. */
export class PickleMeter {
  readonly #stream: ByteStream;
  readonly #limits: PickleLimits;
  #opcodes = 0;
  #values = 0;
  #textBytes = 0;
  #at = 0;

  constructor(stream: ByteStream, limits: PickleLimits) {
    this.#stream = stream;
    this.#limits = limits;
  }

  /** Position of the opcode in hand. */
  get byteOffset(): number {
    return this.#at;
  }

  /** Reads the next opcode. */
  nextOpcode(): number {
    this.#at = this.#stream.position;
    const code = this.#stream.uint8();
    this.#opcodes += 1;
    const { opcodes } = this.#limits;
    if (this.#opcodes > opcodes) {
      throw this.problem(`more than ${opcodes} opcodes`, `at most ${opcodes}`);
    }
    return code;
  }

  /** Counts a value that takes memory, and gives it back. `textBytes`: what it takes beside an object's few bytes. */
  made<Value extends PickleValue>(value: Value, textBytes = 0): Value {
    this.#values += 1;
    this.#textBytes += textBytes;
    const { textBytes: mostTextBytes, values } = this.#limits;
    if (this.#textBytes > mostTextBytes) {
      throw this.problem(`texts of more than ${mostTextBytes} bytes`, `at most ${mostTextBytes}`);
    }
    if (this.#values > values) {
      throw this.problem(`more than ${values} objects and texts`, `at most ${values}`);
    }
    return value;
  }

  /** A stand-in for something that is not decoded or not of the closed list. */
  inert(what: string, textBytes = 0): Opaque {
    return this.made(new Opaque(what, this.#at), textBytes);
  }

  /** Counts from zero again: what was counted is no longer held. */
  startAnew(): void {
    this.#opcodes = 0;
    this.#values = 0;
    this.#textBytes = 0;
  }

  problem(found: string, expected: string): CheckpointFormatError {
    return this.#stream.problem(this.#at, found, expected);
  }
}
