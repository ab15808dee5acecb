import { ModelProto } from "#gen/onnx.js";
import { encodeModelProto } from "./encode-model.js";
import type { GraphBuilder } from "./graph-builder.js";
import { OnnxBuildError } from "./onnx-build-error.js";

/**
 * Version of the operator set. HardSwish exists from 14 on; 17 is the last in which ReduceMean takes
 * its axes as an attribute, and the newest that Debian's `onnx` can check.
 */
export const opsetVersion = 17;

/** The file format's version that belongs to operator set 17. */
const irVersion = 8n;

export interface ModelDescription {
  /** Kept in the file for whoever opens it later. Keys must be unique; written in this order. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly documentation?: string;
}

/** Encodes a model file. The same graph and description give the same bytes. */
export function encodeModel(builder: GraphBuilder, description: ModelDescription): Uint8Array {
  return encodeModelProto({
    irVersion,
    producerName: "collm-nas",
    producerVersion: "0.1.0",
    domain: "",
    modelVersion: 1n,
    docString: description.documentation ?? "",
    graph: builder.graph(),
    opsetImport: [{ domain: "", version: BigInt(opsetVersion) }],
    metadataProps: Object.entries(description.metadata).map(([key, value]) => ({ key, value })),
  });
}

/** Decodes a model file; fields outside the subset are dropped. Throws `OnnxBuildError`. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  let model: ModelProto;
  try {
    model = ModelProto.decode(bytes);
  } catch (cause) {
    throw new OnnxBuildError(`${bytes.length} bytes are not an ONNX model`, { cause });
  }
  if (!model.graph) {
    throw new OnnxBuildError(`${bytes.length} bytes hold an ONNX model without a graph`);
  }
  return model;
}

/** The metadata of a decoded model. */
export function metadataOf(model: ModelProto): ReadonlyMap<string, string> {
  return new Map(model.metadataProps.map(({ key, value }) => [key, value]));
}
