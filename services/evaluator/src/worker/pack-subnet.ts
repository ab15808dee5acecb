import type { Subnet } from "@collm/supernet";

/** A subnet that can be handed to another thread without copying it once more. */
export interface PackedSubnet {
  readonly subnet: Subnet;
  /** Goes into the transfer list of `postMessage`; the subnet is unusable on this side then. */
  readonly memory: ArrayBuffer;
}

/**
 * Copies a subnet's arrays one after another into memory of its own. A cut subnet is mostly views of
 * the supernet's memory: posting a view would clone all that lies behind it, and transferring it
 * would take the supernet away from everybody else.
 */
export function packSubnet(subnet: Subnet): PackedSubnet {
  let length = 0;
  mapArrays(subnet, (array) => {
    length += array.length;
    return array;
  });
  const memory = new ArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT);
  let offset = 0;
  const packed = mapArrays(subnet, (array) => {
    const copy = new Float32Array(memory, offset * Float32Array.BYTES_PER_ELEMENT, array.length);
    copy.set(array);
    offset += array.length;
    return copy;
  });
  return { subnet: packed, memory };
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
