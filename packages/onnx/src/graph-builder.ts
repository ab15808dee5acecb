import type { GraphProto, NodeProto, TensorProto, ValueInfoProto } from "#gen/onnx.js";
import { type Attributes, attributeProto, float, int, ints } from "./attribute.js";
import { OnnxBuildError } from "./onnx-build-error.js";
import { type ConstantElements, tensorProto } from "./tensor.js";
import { type Dimension, float32Info } from "./value-info.js";

declare const valueBrand: unique symbol;

/** The name of a tensor inside one graph; only a `GraphBuilder` makes them. */
export type Value = string & { readonly [valueBrand]: true };

/** A square two-dimensional convolution. */
export interface Convolution {
  /** Row-major `[output channels, input channels / groups, kernel, kernel]`. */
  readonly weight: Float32Array;
  readonly weightShape: readonly [number, number, number, number];
  /** One number per output channel; absent means none. */
  readonly bias?: Float32Array | undefined;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on each side. Default: half the kernel, so that stride 1 keeps the image size. */
  readonly padding?: number;
  /** Default 1. */
  readonly groups?: number;
}

/**
 * Builds a graph node by node, in execution order (ONNX wants nodes sorted). Every value is named:
 * a name asked for twice gets a number, so that names stay unique. The operators here are the
 * vocabulary shared by all families, in the forms that ONNX Runtime's CPU provider fuses: weights as
 * initialisers, HardSwish and HardSigmoid as operators rather than Clip.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #taken = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Declares a float32 input. */
  input(name: string, shape: readonly Dimension[]): Value {
    const value = this.#claim(name);
    this.#inputs.push(float32Info(value, shape));
    return value;
  }

  /** Makes the result of a node a float32 output and renames it to `name`. */
  output(value: Value, name: string, shape: readonly Dimension[]): void {
    const producer = this.#nodes.find((node) => node.output.includes(value));
    if (!producer || this.#taken.has(name)) {
      const problem = producer ? "the name is taken" : `${value} is not the result of a node`;
      throw new OnnxBuildError(`output ${name} of graph ${this.#name}: ${problem}`);
    }
    // Renaming keeps an Identity node out of the graph.
    const rename = (used: string): string => (used === value ? name : used);
    for (const node of this.#nodes) {
      node.input = node.input.map(rename);
      node.output = node.output.map(rename);
    }
    this.#taken.add(name);
    this.#outputs.push(float32Info(name, shape));
  }

  /** A constant (ONNX: initialiser). The array is not copied; leave it alone until encoding. */
  constant(name: string, shape: readonly number[], elements: ConstantElements): Value {
    const value = this.#claim(name);
    this.#initializers.push(tensorProto(value, shape, elements));
    return value;
  }

  /** Convolves `[batch, channels, height, width]`. */
  conv(name: string, input: Value, convolution: Convolution): Value {
    const [outChannels, , kernel] = convolution.weightShape;
    const padding = convolution.padding ?? (kernel - 1) / 2;
    const stride = convolution.stride ?? 1;
    const operands = [
      input,
      this.constant(`${name}.weight`, convolution.weightShape, convolution.weight),
    ];
    if (convolution.bias) {
      operands.push(this.constant(`${name}.bias`, [outChannels], convolution.bias));
    }
    return this.#node(
      "Conv",
      operands,
      {
        kernel_shape: ints(kernel, kernel),
        pads: ints(padding, padding, padding, padding),
        strides: ints(stride, stride),
        group: int(convolution.groups ?? 1),
      },
      name,
    );
  }

  relu(input: Value): Value {
    return this.#node("Relu", [input]);
  }

  /** `x * min(max(x + 3, 0), 6) / 6` */
  hardSwish(input: Value): Value {
    return this.#node("HardSwish", [input]);
  }

  /** `min(max(x + 3, 0), 6) / 6`; ONNX's default slope is 0.2, MobileNetV3's is 1/6. */
  hardSigmoid(input: Value): Value {
    return this.#node("HardSigmoid", [input], { alpha: float(1 / 6), beta: float(0.5) });
  }

  /** Element-wise, with broadcasting; so are `sub` and `mul`. */
  add(a: Value, b: Value): Value {
    return this.#node("Add", [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.#node("Sub", [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.#node("Mul", [a, b]);
  }

  /** `[batch, channels, height, width]` to `[batch, channels, 1, 1]`. */
  globalAveragePool(input: Value): Value {
    return this.#node("GlobalAveragePool", [input]);
  }

  /** The mean over `axes`, which disappear unless `keepDimensions`. */
  reduceMean(input: Value, axes: readonly number[], keepDimensions = false): Value {
    return this.#node("ReduceMean", [input], {
      axes: ints(...axes),
      keepdims: int(keepDimensions ? 1 : 0),
    });
  }

  /** `(x - mean) / sqrt(variance + epsilon) * scale + shift`, all four `[channels]`. */
  batchNormalization(
    name: string,
    input: Value,
    parameters: {
      readonly scale: Value;
      readonly shift: Value;
      readonly mean: Value;
      readonly variance: Value;
      readonly epsilon: number;
    },
  ): Value {
    const { scale, shift, mean, variance, epsilon } = parameters;
    return this.#node(
      "BatchNormalization",
      [input, scale, shift, mean, variance],
      { epsilon: float(epsilon) },
      name,
    );
  }

  /** `((x - mean) / sqrt(variance + epsilon)) * scale + shift` over the last dimension. */
  layerNormalization(
    name: string,
    input: Value,
    parameters: {
      readonly scale: Float32Array;
      readonly shift: Float32Array;
      readonly epsilon: number;
    },
  ): Value {
    const { scale, shift, epsilon } = parameters;
    const operands = [
      input,
      this.constant(`${name}.weight`, [scale.length], scale),
      this.constant(`${name}.bias`, [shift.length], shift),
    ];
    const attributes = { axis: int(-1), epsilon: float(epsilon) };
    return this.#node("LayerNormalization", operands, attributes, name);
  }

  /** Over the last dimension. */
  softmax(input: Value): Value {
    return this.#node("Softmax", [input], { axis: int(-1) });
  }

  /**
   * `x * (1 + erf(x / sqrt(2))) / 2`, the exact GELU, in the form that ONNX Runtime turns into one
   * kernel. ONNX has an operator for it only from version 20 on.
   */
  gelu(input: Value): Value {
    const scaled = this.#node("Div", [input, this.#scalar(Math.SQRT2)]);
    const shifted = this.add(this.#node("Erf", [scaled]), this.#scalar(1));
    return this.mul(this.mul(input, shifted), this.#scalar(0.5));
  }

  /** Of more than two dimensions: the product of the last two, the others broadcast. */
  matMul(a: Value, b: Value): Value {
    return this.#node("MatMul", [a, b]);
  }

  /** `input [batch, in] * transpose(weight [out, in]) + bias [out]`, PyTorch's `Linear`. */
  linear(
    name: string,
    input: Value,
    weight: Float32Array,
    shape: readonly [number, number],
    bias?: Float32Array,
  ): Value {
    const operands = [input, this.constant(`${name}.weight`, shape, weight)];
    if (bias) operands.push(this.constant(`${name}.bias`, [shape[0]], bias));
    return this.#node("Gemm", operands, { transB: int(1) }, name);
  }

  /** Keeps the first `axis` dimensions and joins the others. */
  flatten(input: Value, axis = 1): Value {
    return this.#node("Flatten", [input], { axis: int(axis) });
  }

  concat(inputs: readonly Value[], axis: number): Value {
    return this.#node("Concat", inputs, { axis: int(axis) });
  }

  /** Dimension i of the result is dimension `order[i]` of the input. */
  transpose(input: Value, order: readonly number[]): Value {
    return this.#node("Transpose", [input], { perm: ints(...order) });
  }

  /** Indices from `start` up to but excluding `end` of one dimension; without `end`, to the last. */
  slice(input: Value, axis: number, start: number, end?: number): Value {
    const operand = (what: string, value: number): Value =>
      this.constant(what, [1], BigInt64Array.of(BigInt(value)));
    const last = end ?? Number.MAX_SAFE_INTEGER;
    return this.#node("Slice", [
      input,
      operand("start", start),
      operand("end", last),
      operand("axis", axis),
    ]);
  }

  /** Adds `before` and `after` zeros to each dimension. */
  pad(input: Value, before: readonly number[], after: readonly number[]): Value {
    const widths = BigInt64Array.from([...before, ...after], BigInt);
    return this.#node("Pad", [input, this.constant("pads", [widths.length], widths)]);
  }

  /** Cuts one dimension into consecutive parts of these sizes. */
  split(input: Value, axis: number, sizes: readonly number[]): readonly Value[] {
    const lengths = this.constant("sizes", [sizes.length], BigInt64Array.from(sizes, BigInt));
    return this.#nodeOf(sizes.length, "Split", [input, lengths], { axis: int(axis) }, "Split");
  }

  /** The even and the odd indices of one dimension. */
  splitByParity(input: Value, axis: number): readonly [Value, Value] {
    const operand = (what: string, value: number): Value =>
      this.constant(what, [1], BigInt64Array.of(BigInt(value)));
    const half = (start: number): Value =>
      this.#node("Slice", [
        input,
        operand("start", start),
        operand("end", Number.MAX_SAFE_INTEGER),
        operand("axis", axis),
        operand("step", 2),
      ]);
    return [half(0), half(1)];
  }

  /** Gives `input` a new shape; -1 stands for what is left, 0 for the size the input has there. */
  reshape(input: Value, shape: readonly number[]): Value {
    const elements = BigInt64Array.from(shape, BigInt);
    return this.#node("Reshape", [input, this.constant("shape", [shape.length], elements)]);
  }

  /** The finished graph. */
  graph(): GraphProto {
    return {
      name: this.#name,
      docString: "",
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
      valueInfo: [],
    };
  }

  #scalar(value: number): Value {
    return this.constant("scalar", [], Float32Array.of(value));
  }

  #node(
    opType: string,
    input: readonly Value[],
    attributes: Attributes = {},
    name: string = opType,
  ): Value {
    const [output] = this.#nodeOf(1, opType, input, attributes, name);
    return output as Value;
  }

  /** A node with several outputs. */
  #nodeOf(
    outputs: number,
    opType: string,
    input: readonly Value[],
    attributes: Attributes,
    name: string,
  ): readonly Value[] {
    const output = Array.from({ length: outputs }, () => this.#claim(name));
    this.#nodes.push({
      name: output[0] as Value,
      opType,
      input: [...input],
      output: [...output],
      attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
      docString: "",
      domain: "",
    });
    return output;
  }

  #claim(wanted: string): Value {
    let name = wanted;
    for (let copy = 2; this.#taken.has(name); copy++) name = `${wanted}_${copy}`;
    this.#taken.add(name);
    return name as Value;
  }
}
