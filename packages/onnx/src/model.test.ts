import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelProto } from "#gen/onnx.js";
import { encodeModelProto } from "./encode-model.js";
import { GraphBuilder } from "./graph-builder.js";
import { decodeModel, encodeModel, metadataOf } from "./model.js";
import { OnnxBuildError } from "./onnx-build-error.js";

function smallGraph(): GraphBuilder {
  const graph = new GraphBuilder("small");
  const input = graph.input("x", ["batch", 4]);
  const sum = graph.add(input, graph.constant("c", [4], Float32Array.of(0, -1, 2.5, 1e-9)));
  graph.output(graph.reshape(sum, [-1, 2, 2]), "y", ["batch", 2, 2]);
  return graph;
}

describe("encodeModel", () => {
  it("is read back with graph, metadata and versions", () => {
    const graph = smallGraph();
    const model = decodeModel(encodeModel(graph, { metadata: { b: "2", a: "ä" } }));
    expect(model.graph).toEqual(graph.graph());
    expect([...metadataOf(model)]).toEqual([
      ["b", "2"],
      ["a", "ä"],
    ]);
    expect(model).toMatchObject({ irVersion: 8n, producerName: "collm-nas", modelVersion: 1n });
    expect(model.opsetImport).toEqual([{ domain: "", version: 17n }]);
  });

  it("gives the same bytes for the same graph", () => {
    const encode = (): Uint8Array => encodeModel(smallGraph(), { metadata: { a: "1" } });
    expect(encode()).toEqual(encode());
  });

  it("writes attributes that are zero, which readers of the official schema require", () => {
    const graph = new GraphBuilder("zero");
    const input = graph.input("x", [2]);
    graph.output(graph.concat([input, input], 0), "y", [4]);
    const [concat] = decodeModel(encodeModel(graph, { metadata: {} })).graph?.node ?? [];
    expect(concat?.attribute[0]).toMatchObject({ name: "axis", i: 0n, type: 2 });
  });
});

describe("encodeModelProto", () => {
  it("means the same as the generated encoder", () => {
    const model = decodeModel(encodeModel(smallGraph(), { metadata: {} }));
    const generated = ModelProto.encode(model).finish();
    const own = encodeModelProto(model);
    expect(own.length).toBe(generated.length);
    expect(ModelProto.decode(own)).toEqual(ModelProto.decode(generated));
  });
});

describe("decodeModel", () => {
  it("refuses an empty file and one without a graph", () => {
    expect(() => decodeModel(new Uint8Array())).toThrow("without a graph");
    expect(() => decodeModel(Buffer.from("not a model at all"))).toThrow(OnnxBuildError);
  });

  it("either decodes or refuses whatever the bytes are", () => {
    const valid = encodeModel(smallGraph(), { metadata: { key: "value" } });
    const mutated = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((changes) => {
        const bytes = Uint8Array.from(valid);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(OnnxBuildError);
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
