import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { GraphProto, ModelProto, TensorProto } from "#gen/onnx.js";

/** Protobuf tags of length-delimited fields: field number * 8 + wire type 2. */
const tags = {
  modelGraph: 7 * 8 + 2,
  graphInitializer: 5 * 8 + 2,
  tensorRawData: 9 * 8 + 2,
} as const;

/**
 * The bytes that `ModelProto.encode` gives up to the order of fields, which protobuf leaves open.
 * The generated encoder copies every constant once per level of nesting; nearly all of a model is
 * constants, so they are laid out here and copied once.
 */
export function encodeModelProto(model: ModelProto): Uint8Array {
  if (!model.graph) return ModelProto.encode(model).finish();
  const graph: Uint8Array[] = [GraphProto.encode({ ...model.graph, initializer: [] }).finish()];
  for (const tensor of model.graph.initializer) {
    const header = TensorProto.encode({ ...tensor, rawData: Buffer.alloc(0) }).finish();
    const rawDataStart = startOfField(tags.tensorRawData, tensor.rawData.length);
    const tensorLength = header.length + rawDataStart.length + tensor.rawData.length;
    const tensorStart = startOfField(tags.graphInitializer, tensorLength);
    graph.push(tensorStart, header, rawDataStart, tensor.rawData);
  }
  const graphLength = graph.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([
    ModelProto.encode({ ...model, graph: undefined }).finish(),
    startOfField(tags.modelGraph, graphLength),
    ...graph,
  ]);
}

function startOfField(tag: number, length: number): Uint8Array {
  return new BinaryWriter().uint32(tag).uint32(length).finish();
}
