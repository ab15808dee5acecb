import type { Subnet } from "@collm/supernet";

/** Spare room when memory must grow, so that it rarely grows twice. */
const growth = 1.25;

/**
 * Shared memory through which subnets go to one worker, one at a time. A cut subnet is mostly views
 * of the supernet's memory, and posting a view would clone everything behind it. Copying into the
 * same memory again and again is fast, fresh memory is not: for a subnet of 41 MB 5 ms against 200.
 */
export class SubnetMemory {
  #elements = new Float32Array(new SharedArrayBuffer(0));

  /**
   * The same subnet with its arrays in this memory, as a message can carry it. What was written
   * before is gone: only call it when the worker is done with that.
   */
  write(subnet: Subnet): Subnet {
    let length = 0;
    mapArrays(subnet, (array) => {
      length += array.length;
      return array;
    });
    if (length > this.#elements.length) {
      const sizeBytes = Math.ceil(length * growth) * Float32Array.BYTES_PER_ELEMENT;
      this.#elements = new Float32Array(new SharedArrayBuffer(sizeBytes));
    }
    let offset = 0;
    return mapArrays(subnet, (array) => {
      const copy = this.#elements.subarray(offset, offset + array.length);
      copy.set(array);
      offset += array.length;
      return copy;
    });
  }
}

/** The same plain value with every Float32Array in it replaced, in the order of the keys. */
function mapArrays<T>(value: T, replace: (array: Float32Array) => Float32Array): T {
  const visit = (inner: unknown): unknown => {
    if (inner instanceof Float32Array) return replace(inner);
    if (Array.isArray(inner)) return inner.map(visit);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, child]) => [key, visit(child)]));
  };
  // Only arrays of numbers were replaced, each by one of its own kind.
  return visit(value) as T;
}
