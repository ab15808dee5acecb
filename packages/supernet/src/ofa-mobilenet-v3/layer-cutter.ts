import { leadingBlock } from "../slices.js";
import type {
  Activation,
  BatchNorm,
  ConvolutionLayer,
  PointwiseWeights,
  SqueezeExciteLayer,
} from "../subnet-layers.js";
import type { ElasticWeights } from "./weights.js";

/** Of every BatchNorm in the family; PyTorch's default. */
const batchNormEpsilon = 1e-5;

type Shape4 = readonly [number, number, number, number];

export interface ConvolutionOptions {
  /** Searchable layers sit in one more wrapper: `conv.conv.weight` and `bn.bn`. Default false. */
  readonly isElastic?: boolean;
  /** Default 1. */
  readonly stride?: 1 | 2;
  /** Default "none". */
  readonly activation?: Activation;
  /** Default true. */
  readonly hasBatchNorm?: boolean;
}

/** Cuts layers with leading channels out of a supernet's tensors. */
export class LayerCutter {
  readonly #weights: ElasticWeights;

  constructor(weights: ElasticWeights) {
    this.#weights = weights;
  }

  /** A 1x1 convolution or the stem; `shape` is the subnet's weight shape. */
  convolution(name: string, shape: Shape4, options: ConvolutionOptions = {}): ConvolutionLayer {
    const tensor = options.isElastic ? `${name}.conv.conv.weight` : `${name}.conv.weight`;
    return this.#layer(name, this.#leading(tensor, shape), shape, 1, options);
  }

  /** The fixed depthwise convolution of the first block. */
  fixedDepthwise(name: string, shape: Shape4, options: ConvolutionOptions): ConvolutionLayer {
    const weight = this.#weights.tensor(`${name}.conv.weight`);
    return this.#layer(name, weight, shape, shape[0], options);
  }

  /** A depthwise convolution of searchable block `block` (from 0) with the kernel of this size. */
  depthwise(
    name: string,
    block: number,
    channels: number,
    kernel: number,
    options: ConvolutionOptions,
  ): ConvolutionLayer {
    const weight = this.#weights.kernels(block, kernel).subarray(0, channels * kernel * kernel);
    return this.#layer(name, weight, [channels, 1, kernel, kernel], channels, {
      ...options,
      isElastic: true,
    });
  }

  squeezeExcite(name: string, channels: number, squeezeChannels: number): SqueezeExciteLayer {
    return {
      kind: "squeeze-excite",
      name,
      reduce: this.#pointwise(`${name}.fc.reduce`, [squeezeChannels, channels, 1, 1]),
      expand: this.#pointwise(`${name}.fc.expand`, [channels, squeezeChannels, 1, 1]),
    };
  }

  #layer(
    name: string,
    weight: Float32Array,
    weightShape: Shape4,
    groups: number,
    options: ConvolutionOptions,
  ): ConvolutionLayer {
    const norm = options.isElastic ? `${name}.bn.bn` : `${name}.bn`;
    return {
      kind: "convolution",
      name,
      weight,
      weightShape,
      stride: options.stride ?? 1,
      groups,
      activation: options.activation ?? "none",
      ...(options.hasBatchNorm === false
        ? {}
        : { batchNorm: this.#batchNorm(norm, weightShape[0]) }),
    };
  }

  #batchNorm(name: string, channels: number): BatchNorm {
    const part = (suffix: string): Float32Array =>
      this.#weights.tensor(`${name}.${suffix}`).subarray(0, channels);
    const meanInFile = this.#weights.nameInFile(`${name}.running_mean`);
    return {
      key: meanInFile.slice(0, -".running_mean".length),
      channels,
      scale: part("weight"),
      shift: part("bias"),
      runningMean: part("running_mean"),
      runningVariance: part("running_var"),
      epsilon: batchNormEpsilon,
    };
  }

  #pointwise(name: string, weightShape: Shape4): PointwiseWeights {
    return {
      weight: this.#leading(`${name}.weight`, weightShape),
      weightShape,
      bias: this.#weights.tensor(`${name}.bias`).subarray(0, weightShape[0]),
    };
  }

  /** The leading outputs and inputs `[:outputs, :inputs]` of a weight; a view where that is contiguous. */
  #leading(name: string, [outputs, inputs, height, width]: Shape4): Float32Array {
    const whole = this.#weights.tensor(name);
    const rowLength = whole.length / (this.#weights.shape(name)[0] as number);
    return leadingBlock(whole, rowLength, outputs, inputs * height * width);
  }
}
