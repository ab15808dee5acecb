/**
 * Layers of vision transformers with a class token and two-dimensional relative positions. Between
 * layers, tokens are rows: `[batch * tokens, width]`, image after image, the class token first.
 */

/** Projects square patches to tokens and adds what is constant: `[batch, 3, side, side]` to tokens. */
export interface PatchEmbeddingLayer {
  readonly kind: "patch-embedding";
  readonly name: string;
  /** `[width, 3, patch, patch]` */
  readonly weight: Float32Array;
  readonly weightShape: readonly [number, number, number, number];
  readonly bias: Float32Array;
  /** `[1 + patches, width]`: the class token, then zeros for the patches, plus all positions. */
  readonly constants: Float32Array;
  readonly patches: number;
}

/** Normalises each token over its channels. */
export interface LayerNormLayer {
  readonly kind: "layer-norm";
  readonly name: string;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly epsilon: number;
}

/** `weight * x + bias` for each token, then the activation. */
export interface TokenLinearLayer extends Projection {
  readonly kind: "token-linear";
  readonly name: string;
  readonly activation: "none" | "gelu";
}

export interface Projection {
  /** `[outputs, inputs]` */
  readonly weight: Float32Array;
  readonly weightShape: readonly [number, number];
  readonly bias: Float32Array;
}

/**
 * Attention whose keys and values know where they are relative to the query:
 *
 *     score(i, j) = q_i . (k_j + RK_ij) / sqrt(head width)     output(i) = sum_j p_ij (v_j + RV_ij)
 *     R_ij        = vertical[row j - row i] + horizontal[column j - column i]
 *
 * A pair with the class token has a vector of its own.
 */
export interface RelativeAttentionLayer {
  readonly kind: "relative-attention";
  readonly name: string;
  readonly heads: number;
  readonly headWidth: number;
  /** Patches along a side. */
  readonly grid: number;
  /** Already divided by the root of the head width. */
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly keyPositions: RelativePositions;
  readonly valuePositions: RelativePositions;
  readonly projection: Projection;
}

/** Vectors `[head width]` by distance. */
export interface RelativePositions {
  /** `[2 * grid - 1, head width]`: row d is of patches `d - (grid - 1)` rows below the query. */
  readonly vertical: Float32Array;
  /** The same for columns. */
  readonly horizontal: Float32Array;
  /** `[head width]`: of every pair with the class token. */
  readonly classToken: Float32Array;
}

/** The mean of all tokens but the class token: `[batch, width]`. */
export interface PatchMeanLayer {
  readonly kind: "patch-mean";
  readonly patches: number;
  readonly width: number;
}

export type TransformerLayer =
  | PatchEmbeddingLayer
  | LayerNormLayer
  | TokenLinearLayer
  | RelativeAttentionLayer
  | PatchMeanLayer;
