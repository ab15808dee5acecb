import { readInteger, readName, readText } from "./literals.js";
import type { PickleMachine } from "./machine.js";
import { PickleDict, PickleList, PickleTuple } from "./value.js";

/**
 * The closed list of opcodes: what Python's picklers write with protocols 2 to 5. Left out are the text
 * opcodes of protocols 0 and 1, strings of Python 2, INST and OBJ (old ways to call), EXT1 to EXT4 (a
 * registry outside the file), DUP (no pickler writes it) and buffers outside the file.
 */
export const opcode = {
  /** Starts a pickle; the version follows. */
  proto: 0x80,
  frame: 0x95,
  stop: 0x2e,

  none: 0x4e,
  newTrue: 0x88,
  newFalse: 0x89,
  binInt: 0x4a,
  binInt1: 0x4b,
  binInt2: 0x4d,
  long1: 0x8a,
  long4: 0x8b,
  binFloat: 0x47,
  binUnicode: 0x58,
  shortBinUnicode: 0x8c,
  binUnicode8: 0x8d,
  binBytes: 0x42,
  shortBinBytes: 0x43,
  binBytes8: 0x8e,
  byteArray8: 0x96,

  /** Marks where the items of the next TUPLE, APPENDS, ... begin. */
  mark: 0x28,
  pop: 0x30,
  popMark: 0x31,
  emptyTuple: 0x29,
  tuple: 0x74,
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  emptyList: 0x5d,
  append: 0x61,
  appends: 0x65,
  emptyDict: 0x7d,
  setItem: 0x73,
  setItems: 0x75,
  emptySet: 0x8f,
  addItems: 0x90,
  frozenSet: 0x91,

  binPut: 0x71,
  longBinPut: 0x72,
  memoize: 0x94,
  binGet: 0x68,
  longBinGet: 0x6a,

  global: 0x63,
  stackGlobal: 0x93,
  reduce: 0x52,
  newObj: 0x81,
  newObjEx: 0x92,
  build: 0x62,
  binPersId: 0x51,
} as const;

type OpcodeName = keyof typeof opcode;

type Action = (machine: PickleMachine) => void;

/** What each opcode does. STOP only ends the program. */
const actions: Readonly<Record<Exclude<OpcodeName, "stop">, Action>> = {
  proto: (m) => m.checkProtocol(m.stream.uint8()),
  // A hint for buffering; the opcodes inside are read as any others.
  frame: (m) => m.stream.skip(8),

  none: (m) => m.push(null),
  newTrue: (m) => m.push(true),
  newFalse: (m) => m.push(false),
  binInt: (m) => m.push(m.stream.int32()),
  binInt1: (m) => m.push(m.stream.uint8()),
  binInt2: (m) => m.push(m.stream.uint16()),
  long1: (m) => m.push(readInteger(m, m.stream.uint8())),
  long4: (m) => m.push(readInteger(m, m.stream.uint32())),
  binFloat: (m) => m.push(m.stream.float64BigEndian()),
  binUnicode: (m) => m.push(readText(m, m.stream.uint32())),
  shortBinUnicode: (m) => m.push(readText(m, m.stream.uint8())),
  binUnicode8: (m) => m.push(readText(m, m.stream.uint64())),
  binBytes: (m) => m.push(m.bytes(m.stream.uint32())),
  shortBinBytes: (m) => m.push(m.bytes(m.stream.uint8())),
  binBytes8: (m) => m.push(m.bytes(m.stream.uint64())),
  byteArray8: (m) => m.push(m.bytes(m.stream.uint64())),

  mark: (m) => m.stack.mark(),
  pop: (m) => m.stack.popValueOrMark(),
  popMark: (m) => void m.stack.takeToMark(),
  emptyTuple: (m) => m.make(new PickleTuple([])),
  tuple: (m) => m.make(new PickleTuple(m.stack.takeToMark())),
  tuple1: (m) => m.make(new PickleTuple(m.stack.take(1))),
  tuple2: (m) => m.make(new PickleTuple(m.stack.take(2))),
  tuple3: (m) => m.make(new PickleTuple(m.stack.take(3))),
  emptyList: (m) => m.make(new PickleList()),
  append: (m) => m.append(m.stack.take(1)),
  appends: (m) => m.append(m.stack.takeToMark()),
  emptyDict: (m) => m.make(new PickleDict()),
  setItem: (m) => m.setItems(m.stack.take(2)),
  setItems: (m) => m.setItems(m.stack.takeToMark()),
  emptySet: (m) => m.push(m.meter.inert("a set")),
  addItems: (m) => m.addItems(),
  frozenSet: (m) => {
    m.stack.takeToMark();
    m.push(m.meter.inert("a frozenset"));
  },

  binPut: (m) => m.remember(m.stream.uint8()),
  longBinPut: (m) => m.remember(m.stream.uint32()),
  memoize: (m) => m.remember(),
  binGet: (m) => m.recall(m.stream.uint8()),
  longBinGet: (m) => m.recall(m.stream.uint32()),

  global: (m) => m.global(readName(m), readName(m)),
  stackGlobal: (m) => {
    const name = m.stack.pop();
    m.global(m.stack.pop(), name);
  },
  reduce: callTop,
  newObj: callTop,
  newObjEx: (m) => m.callWithKeywords(),
  build: (m) => m.build(),
  binPersId: (m) => m.persistent(),
};

function callTop(m: PickleMachine): void {
  const args = m.stack.pop();
  m.call(m.stack.pop(), args);
}

/** By byte, since looking an opcode up happens for every one. */
const actionOfByte: readonly (Action | undefined)[] = Array.from({ length: 256 }, (_, byte) =>
  Object.entries(actions)
    .filter(([name]) => opcode[name as OpcodeName] === byte)
    .map(([, action]) => action)
    .at(0),
);

/** Executes one opcode; false at STOP. */
export function executeNext(machine: PickleMachine): boolean {
  const code = machine.meter.nextOpcode();
  if (code === opcode.stop) return false;
  const action = actionOfByte[code];
  if (action === undefined) {
    const found = `byte 0x${code.toString(16).padStart(2, "0")}`;
    throw machine.meter.problem(found, "an opcode that picklers write");
  }
  action(machine);
  return true;
}
