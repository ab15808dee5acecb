import { PickleObject } from "../pickle/value.js";
import { type DType, elementCount, elementSizeBytes, type TensorInfo } from "../tensor.js";

/** How the elements of a class of storages lie in memory. */
export interface StorageClass {
  /** `torch.FloatStorage` */
  readonly name: string;
  /** Undefined for elements that are not read (complex, quantized). */
  readonly dtype: DType | undefined;
  readonly elementSizeBytes: number;
}

/** The bytes under one or more tensors, as the pickle names them. */
export class StorageRef extends PickleObject {
  /** Name of the bytes in the container. */
  readonly key: string;
  readonly class: StorageClass;
  readonly elements: number;
  /** Where in the file it is named. */
  readonly byteOffset: number;

  constructor(storage: {
    readonly key: string;
    readonly class: StorageClass;
    readonly elements: number;
    readonly byteOffset: number;
  }) {
    super();
    this.key = storage.key;
    this.class = storage.class;
    this.elements = storage.elements;
    this.byteOffset = storage.byteOffset;
  }

  get what(): string {
    return `a storage of ${this.elements} elements`;
  }

  get sizeBytes(): number {
    return this.elements * this.class.elementSizeBytes;
  }
}

/** A view of a storage: element `[i, j, ...]` lies at `offset + i * strides[0] + j * strides[1] + ...` */
export class TensorRef extends PickleObject implements TensorInfo {
  readonly storage: StorageRef;
  readonly dtype: DType;
  /** Of the first element, in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements, none negative. */
  readonly strides: readonly number[];
  /** Where in the file it is made. */
  readonly byteOffset: number;

  constructor(view: {
    readonly storage: StorageRef;
    readonly dtype: DType;
    readonly offset: number;
    readonly shape: readonly number[];
    readonly strides: readonly number[];
    readonly byteOffset: number;
  }) {
    super();
    this.storage = view.storage;
    this.dtype = view.dtype;
    this.offset = view.offset;
    this.shape = view.shape;
    this.strides = view.strides;
    this.byteOffset = view.byteOffset;
  }

  get what(): string {
    return `a tensor [${this.shape.join(", ")}]`;
  }

  /** Bytes of all elements, each counted as often as the view shows it. */
  get sizeBytes(): number {
    return elementCount(this.shape) * elementSizeBytes(this.dtype);
  }

  /** Elements of the storage from the view's first to its last; none for an empty tensor. */
  get spanElements(): number {
    if (elementCount(this.shape) === 0) return 0;
    return this.shape.reduce((last, size, i) => last + (size - 1) * (this.strides[i] ?? 0), 1);
  }

  /** Whether the elements lie in row-major order without gaps; the strides of dimensions of size 1 do not matter. */
  get isContiguous(): boolean {
    let expected = 1;
    for (let i = this.shape.length - 1; i >= 0; i -= 1) {
      const size = this.shape[i] as number;
      if (size !== 1 && this.strides[i] !== expected) return false;
      expected *= size;
    }
    return true;
  }
}
