import { describe, expect, it } from "vitest";
import { GraphBuilder, type Value } from "./graph-builder.js";
import { encodeModel } from "./model.js";
import { OnnxBuildError } from "./onnx-build-error.js";
import { float32Elements } from "./tensor.js";
import { complaintsOfOfficialChecker, pythonWithOnnx } from "./testing.js";
import { dimensionsOf } from "./value-info.js";

/** A graph that uses the whole vocabulary: [batch, 3, height, width] to [batch, 2] and [4]. */
function everyOperator(): GraphBuilder {
  const graph = new GraphBuilder("every-operator");
  const images = graph.input("images", ["batch", 3, "height", "width"]);
  const stem = graph.conv("stem", images, {
    weight: new Float32Array(4 * 3 * 9).fill(0.1),
    weightShape: [4, 3, 3, 3],
    bias: Float32Array.of(1, 2, 3, 4),
    stride: 2,
  });
  const depthwise = graph.conv("depthwise", graph.relu(stem), {
    weight: new Float32Array(4 * 25),
    weightShape: [4, 1, 5, 5],
    groups: 4,
  });
  const mean = graph.reduceMean(depthwise, [0, 2, 3], true);
  const centred = graph.sub(depthwise, mean);
  const variance = graph.reduceMean(graph.mul(centred, centred), [0, 2, 3]);
  const normalised = graph.batchNormalization("norm", depthwise, {
    scale: graph.constant("scale", [4], new Float32Array(4).fill(1)),
    shift: graph.constant("shift", [4], new Float32Array(4)),
    mean: graph.reshape(mean, [4]),
    variance,
    epsilon: 1e-5,
  });
  const gated = graph.mul(normalised, graph.hardSigmoid(graph.globalAveragePool(normalised)));
  const pooled = graph.flatten(graph.globalAveragePool(graph.hardSwish(graph.add(gated, stem))));
  const square = graph.constant("square", [4, 4], new Float32Array(16).fill(1));
  const logits = graph.linear(
    "classifier",
    graph.matMul(pooled, square),
    new Float32Array(8),
    [2, 4],
    Float32Array.of(0.5, -0.5),
  );
  graph.output(logits, "logits", ["batch", 2]);
  graph.output(everyTokenOperator(graph, stem), "tokens", ["batch", "tokens", 3]);
  graph.output(graph.concat([variance, variance], 0), "variances", [8]);
  return graph;
}

/** The operators of transformers: [batch, 4, height, width] to [batch, tokens, 3]. */
function everyTokenOperator(graph: GraphBuilder, maps: Value): Value {
  const [even, odd] = graph.splitByParity(maps, 1);
  const flat = graph.reshape(graph.concat([even, odd], 1), [0, 4, -1]);
  const tokens = graph.pad(graph.transpose(flat, [0, 2, 1]), [0, 1, 0], [0, 0, 0]);
  const normalised = graph.layerNormalization("layerNorm", graph.slice(tokens, 1, 1), {
    scale: new Float32Array(4).fill(1),
    shift: new Float32Array(4),
    epsilon: 1e-5,
  });
  const [first, rest] = graph.split(graph.softmax(graph.gelu(normalised)), 2, [1, 3]);
  return graph.mul(first as Value, rest as Value);
}

describe("GraphBuilder", () => {
  it("declares inputs and outputs with fixed and open dimensions", () => {
    const { input, output } = everyOperator().graph();
    expect(input.map((info) => [info.name, dimensionsOf(info)])).toEqual([
      ["images", ["batch", 3, "height", "width"]],
    ]);
    expect(output.map((info) => [info.name, dimensionsOf(info)])).toEqual([
      ["logits", ["batch", 2]],
      ["tokens", ["batch", "tokens", 3]],
      ["variances", [8]],
    ]);
  });

  it("gives every value a name of its own", () => {
    const { node, initializer } = everyOperator().graph();
    const names = [...node.flatMap((n) => n.output), ...initializer.map((tensor) => tensor.name)];
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("ReduceMean_2");
  });

  it("renames what an output gives instead of copying it", () => {
    const { node } = everyOperator().graph();
    expect(node.map((n) => n.opType)).not.toContain("Identity");
    expect(node.find((n) => n.opType === "Gemm")?.output).toEqual(["logits"]);
  });

  it("pads convolutions so that stride 1 keeps the size", () => {
    const conv = everyOperator()
      .graph()
      .node.find((n) => n.name === "depthwise");
    const pads = conv?.attribute.find((attribute) => attribute.name === "pads");
    expect(pads?.ints).toEqual([2n, 2n, 2n, 2n]);
  });

  it("keeps constants' elements", () => {
    const bias = everyOperator()
      .graph()
      .initializer.find((tensor) => tensor.name === "stem.bias");
    expect(bias && [...float32Elements(bias)]).toEqual([1, 2, 3, 4]);
  });

  it("refuses constants that do not fill their shape, and names that are taken", () => {
    const graph = new GraphBuilder("small");
    expect(() => graph.constant("w", [2, 3], new Float32Array(5))).toThrow(
      new OnnxBuildError("constant w: got 5 elements, shape [2, 3] takes 6"),
    );
    const input = graph.input("x", [1]);
    const result = graph.relu(input);
    expect(() => graph.output(result, "x", [1])).toThrow("the name is taken");
    expect(() => graph.output(input, "y", [1])).toThrow("x is not the result of a node");
  });

  it.skipIf(pythonWithOnnx === undefined)(
    "builds what ONNX's own checker accepts (skipped without Python's onnx: apt install python3-onnx)",
    () => {
      expect(complaintsOfOfficialChecker(encodeModel(everyOperator(), { metadata: {} }))).toBe("");
    },
  );
});
