import { maxGlobalNameBytes, maxIntegerBytes, maxTextLengthBytes } from "./limits.js";
import type { PickleMachine } from "./machine.js";
import type { PickleValue } from "./value.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A text; inert when it is too long to be a name, or not UTF-8 (paths among arguments may be that). */
export function readText(machine: PickleMachine, length: number): PickleValue {
  const { stream, meter } = machine;
  if (length > maxTextLengthBytes) return stepOver(machine, length, "a long text");
  const bytes = stream.bytes(length);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return meter.inert("a text that is not UTF-8");
  }
  return meter.made(text, length);
}

/** An integer, lowest byte first, in two's complement; a bigint only where a number is not exact. */
export function readInteger(machine: PickleMachine, length: number): PickleValue {
  const { stream, meter } = machine;
  if (length > maxIntegerBytes) return stepOver(machine, length, "a long integer");
  const bytes = stream.bytes(length);
  if (length === 0) return 0;
  const hex = Buffer.from(bytes).reverse().toString("hex");
  const value = BigInt.asIntN(length * 8, BigInt(`0x${hex}`));
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : meter.made(value, length);
}

/** Something that nobody asks for: its bytes are not read. */
function stepOver(machine: PickleMachine, length: number, what: string): PickleValue {
  machine.stream.skip(length);
  return machine.meter.inert(what);
}

/** A line of GLOBAL. */
export function readName({ stream }: PickleMachine): string {
  return Buffer.from(stream.line(maxGlobalNameBytes)).toString("utf8");
}
