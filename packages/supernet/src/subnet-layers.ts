import type { TransformerLayer } from "./transformer-layers.js";

/**
 * A subnet as a list of layers with its own (sliced) weights: the one description that every graph
 * is written from. Families translate an architecture into layers; the writers know no family.
 * Weights are float32, row-major, and may be views of the supernet's memory: never write to them.
 */
export interface SubnetLayers {
  /** In execution order; the first takes images `[batch, 3, height, width]`. */
  readonly layers: readonly Layer[];
}

export type Layer =
  | ConvolutionLayer
  | SqueezeExciteLayer
  | ResidualLayer
  | BranchesLayer
  | GlobalAveragePoolLayer
  | LinearLayer
  | TransformerLayer;

export type Activation = "none" | "relu" | "h-swish";

/** Convolution, then BatchNorm if there is one, then the activation. Padding keeps the size. */
export interface ConvolutionLayer {
  readonly kind: "convolution";
  readonly name: string;
  /** `[output channels, input channels / groups, kernel, kernel]` */
  readonly weight: Float32Array;
  readonly weightShape: readonly [number, number, number, number];
  readonly stride: 1 | 2;
  readonly groups: number;
  readonly batchNorm?: BatchNorm;
  readonly activation: Activation;
}

/** `(x - mean) / sqrt(variance + epsilon) * scale + shift` for each channel. */
export interface BatchNorm {
  /** The checkpoint's key of the running mean without `.running_mean`. */
  readonly key: string;
  readonly channels: number;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  /** Averages of training, over whatever subnets it sampled. */
  readonly runningMean: Float32Array;
  readonly runningVariance: Float32Array;
  readonly epsilon: number;
}

/** Multiplies each channel by a factor in [0, 1] computed from all channels' spatial means. */
export interface SqueezeExciteLayer {
  readonly kind: "squeeze-excite";
  readonly name: string;
  readonly reduce: PointwiseWeights;
  readonly expand: PointwiseWeights;
}

/** A 1x1 convolution with bias. */
export interface PointwiseWeights {
  /** `[output channels, input channels, 1, 1]` */
  readonly weight: Float32Array;
  readonly weightShape: readonly [number, number, number, number];
  readonly bias: Float32Array;
}

/** Adds the body's input to its output. */
export interface ResidualLayer {
  readonly kind: "residual";
  readonly name: string;
  readonly body: readonly Layer[];
}

/** Runs branches and joins their outputs by channel; a branch without layers passes its input on. */
export interface BranchesLayer {
  readonly kind: "branches";
  readonly name: string;
  /**
   * What the branches get. `copy`: all of the input. `parity`: there are two, and the first gets
   * channels 0, 2, 4, ..., the second 1, 3, 5, ...
   */
  readonly split: "copy" | "parity";
  readonly branches: readonly (readonly Layer[])[];
}

/** `[batch, channels, height, width]` to `[batch, channels, 1, 1]`. */
export interface GlobalAveragePoolLayer {
  readonly kind: "global-average-pool";
}

/** Flattens, then `weight * x + bias`, or without bias. */
export interface LinearLayer {
  readonly kind: "linear";
  readonly name: string;
  /** `[outputs, inputs]` */
  readonly weight: Float32Array;
  readonly weightShape: readonly [number, number];
  readonly bias?: Float32Array;
}

/** All BatchNorms of a subnet, in execution order. */
export function batchNormsOf(layers: readonly Layer[]): readonly BatchNorm[] {
  return batchNormSides(layers, 1).map(({ norm }) => norm);
}

/** Whether there are statistics that can be re-estimated. */
export function hasBatchNorm({ layers }: SubnetLayers): boolean {
  return batchNormsOf(layers).length > 0;
}

/** All BatchNorms in execution order with the side of the maps they see, for images of this side. */
export function batchNormSides(
  layers: readonly Layer[],
  side: number,
): readonly { readonly norm: BatchNorm; readonly side: number }[] {
  const found: { readonly norm: BatchNorm; readonly side: number }[] = [];
  const visit = (inner: readonly Layer[], before: number): number =>
    inner.reduce((own, layer) => {
      switch (layer.kind) {
        case "convolution": {
          const after = Math.ceil(own / layer.stride);
          if (layer.batchNorm) found.push({ norm: layer.batchNorm, side: after });
          return after;
        }
        case "residual":
          return visit(layer.body, own);
        case "branches":
          return layer.branches.reduce((_, branch) => visit(branch, own), own);
        case "global-average-pool":
          return 1;
        default:
          return own;
      }
    }, before);
  visit(layers, side);
  return found;
}
