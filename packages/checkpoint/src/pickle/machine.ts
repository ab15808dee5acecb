import type { CheckpointFormatError } from "../checkpoint-format-error.js";
import type { ByteStream } from "./byte-stream.js";
import { maxShownBytes, type PickleLimits } from "./limits.js";
import { PickleMemo } from "./memo.js";
import { PickleMeter } from "./meter.js";
import { PickleStack } from "./stack.js";
import {
  describeValue,
  Opaque,
  PickleDict,
  type PickleGlobal,
  PickleList,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from "./value.js";

/** What a pickle may name outside itself. Everything else becomes inert. */
export interface PickleWorld {
  /** A global of the closed list by `module.name`; undefined for all others. */
  global(name: string): PickleGlobal | undefined;
  /** What a persistent id stands for. */
  persistent(id: PickleValue, byteOffset: number): PickleValue;
  /** What a short byte string is; without this, and for long ones, an inert value. */
  readonly bytes?: (bytes: Uint8Array) => PickleValue;
  /**
   * Called after items were set in a dict. A value that is given takes the dict's place where it waits to be used;
   * what it held may then be forgotten, and limits count anew. So a file of many records is read in
   * the memory of a few.
   */
  readonly settle?: (dict: PickleDict, byteOffset: number) => PickleValue | undefined;
}

/** State of a running pickle, and what its opcodes do to it. */
export class PickleMachine {
  readonly stream: ByteStream;
  readonly meter: PickleMeter;
  readonly stack: PickleStack;
  readonly #world: PickleWorld;
  readonly #memoSlots: number;
  readonly #memo = new PickleMemo();

  constructor(stream: ByteStream, world: PickleWorld, limits: PickleLimits) {
    this.stream = stream;
    this.meter = new PickleMeter(stream, limits);
    this.stack = new PickleStack((found, expected) => this.meter.problem(found, expected));
    this.#world = world;
    this.#memoSlots = limits.memoSlots;
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  /** Pushes a value that takes memory of its own. */
  make(value: PickleValue): void {
    this.stack.push(this.meter.made(value));
  }

  /** PROTO: the version is within the opcodes that are known. */
  checkProtocol(version: number): void {
    if (version >= 2 && version <= 5) return;
    throw this.meter.problem(`pickle protocol ${version}`, "protocol 2 to 5");
  }

  /** APPEND and APPENDS: into the list below the items. */
  append(items: readonly PickleValue[]): void {
    const target = this.stack.top();
    if (target instanceof PickleList) for (const item of items) target.append(item);
    else if (!(target instanceof Opaque)) throw this.#wrongTarget("a list to append to");
  }

  /** SETITEM and SETITEMS: keys and values by turns, into the dict below them. */
  setItems(items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) {
      throw this.meter.problem(`${items.length} keys and values`, "a value for each key");
    }
    const target = this.stack.top();
    if (target instanceof PickleDict) {
      for (let i = 0; i < items.length; i += 2) {
        target.set(items[i] as PickleValue, items[i + 1] as PickleValue);
      }
      this.#settle(target);
    } else if (!(target instanceof Opaque)) throw this.#wrongTarget("a dict to set items of");
  }

  /** A byte string, as the world takes it. */
  bytes(length: number): PickleValue {
    const { bytes } = this.#world;
    if (!bytes || length > maxShownBytes) {
      this.stream.skip(length);
      return this.meter.inert("bytes");
    }
    return this.meter.made(bytes(this.stream.bytes(length)), length);
  }

  /** ADDITEMS: sets are inert, so that their elements are dropped. */
  addItems(): void {
    this.stack.takeToMark();
    if (!(this.stack.top() instanceof Opaque)) throw this.#wrongTarget("a set to add to");
  }

  /**
   * BUILD: attributes of an OrderedDict (`_metadata` of a state dict) and of inert values are dropped;
   * objects of the world may take them.
   */
  build(): void {
    const state = this.stack.pop();
    const target = this.stack.top();
    if (target instanceof PickleObject && target.setState) {
      target.setState(state, this.meter.byteOffset);
      return;
    }
    if (target instanceof PickleDict || target instanceof Opaque) return;
    throw this.#wrongTarget("an object to set the state of");
  }

  /** GLOBAL: looks a name up; nothing is imported. */
  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== "string" || typeof name !== "string") {
      const found = `${describeValue(module)} and ${describeValue(name)}`;
      throw this.meter.problem(found, "names of a module and of something in it");
    }
    const path = `${module}.${name}`;
    this.push(this.#world.global(path) ?? this.meter.inert(path, path.length));
  }

  /** REDUCE and NEWOBJ: only globals of the closed list have something of ours to call. */
  call(callee: PickleValue, args: PickleValue): void {
    if (callee instanceof Opaque) {
      this.push(this.meter.inert(callee.what));
    } else if (typeof callee !== "object" || callee?.kind !== "global") {
      const found = `a call of ${describeValue(callee)}`;
      throw this.meter.problem(found, "a call of a class or function");
    } else if (args instanceof PickleTuple && callee.call !== undefined) {
      this.make(callee.call(args.items, this.meter.byteOffset));
    } else {
      this.push(this.meter.inert(callee.name));
    }
  }

  /** NEWOBJ_EX: calls with keywords; nothing of the closed list takes any. */
  callWithKeywords(): void {
    const [callee] = this.stack.take(3);
    this.push(this.meter.inert(describeValue(callee)));
  }

  persistent(): void {
    this.make(this.#world.persistent(this.stack.pop(), this.meter.byteOffset));
  }

  /** Remembers the top of the stack; without a slot, in the next one. */
  remember(slot = this.#memo.next): void {
    const slots = this.#memoSlots + this.#memo.forgotten;
    if (slot >= slots) throw this.meter.problem(`memo slot ${slot}`, `one below ${slots}`);
    this.#memo.set(slot, this.stack.top());
  }

  recall(slot: number): void {
    const value = this.#memo.get(slot);
    if (value === undefined) throw this.meter.problem(`memo slot ${slot}`, "one that was filled");
    this.push(value);
  }

  #settle(dict: PickleDict): void {
    const settled = this.#world.settle?.(dict, this.meter.byteOffset);
    if (settled === undefined) return;
    this.stack.pop();
    this.push(settled);
    this.#memo.settle();
    this.meter.startAnew();
  }

  #wrongTarget(wanted: string): CheckpointFormatError {
    return this.meter.problem(describeValue(this.stack.top()), wanted);
  }
}
