import type { CheckpointFormatError } from "../checkpoint-format-error.js";
import type { ByteStream } from "./byte-stream.js";
import { maxOpcodes, maxTextBytes, maxValues } from "./limits.js";
import { Opaque, type PickleValue } from "./value.js";

/** Counts what a pickle costs, and knows the opcode in hand, which errors point at. */
export class PickleMeter {
  readonly #stream: ByteStream;
  #opcodes = 0;
  #values = 0;
  #textBytes = 0;
  #at = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
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
    if (this.#opcodes > maxOpcodes) {
      throw this.problem(`more than ${maxOpcodes} opcodes`, `at most ${maxOpcodes}`);
    }
    return code;
  }

  /** Counts a value that takes memory, and gives it back. `textBytes`: what it takes beside an object's few bytes. */
  made<Value extends PickleValue>(value: Value, textBytes = 0): Value {
    this.#values += 1;
    this.#textBytes += textBytes;
    if (this.#textBytes > maxTextBytes) {
      throw this.problem(`texts of more than ${maxTextBytes} bytes`, `at most ${maxTextBytes}`);
    }
    if (this.#values > maxValues) {
      throw this.problem(`more than ${maxValues} objects and texts`, `at most ${maxValues}`);
    }
    return value;
  }

  /** A stand-in for something that is not decoded or not of the closed list. */
  inert(what: string, textBytes = 0): Opaque {
    return this.made(new Opaque(what, this.#at), textBytes);
  }

  problem(found: string, expected: string): CheckpointFormatError {
    return this.#stream.problem(this.#at, found, expected);
  }
}
