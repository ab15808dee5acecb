import type { Tensor } from "@collm/checkpoint";
import { memoryTensorSource } from "@collm/checkpoint/testing";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { SupernetTensorError } from "../supernet-tensor-error.js";
import { formulaTensors } from "./formula.fixture.js";
import { loadElasticWeights } from "./weights.js";

const tensors = formulaTensors(tinySpec);

/** The problems found with a file of these tensors. */
async function problemsOf(changed: ReadonlyMap<string, Tensor>): Promise<readonly string[]> {
  try {
    await loadElasticWeights(tinySpec, memoryTensorSource(changed));
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(SupernetTensorError);
    return (error as SupernetTensorError).problems;
  }
}

describe("loadElasticWeights", () => {
  it("accepts both spellings of block names and keeps the file's own", async () => {
    const respelled = new Map(
      [...tensors].map(([name, tensor]) => [name.replace("mobile_inverted_conv", "conv"), tensor]),
    );
    const weights = await loadElasticWeights(tinySpec, memoryTensorSource(respelled));
    const official = "blocks.3.mobile_inverted_conv.point_linear.bn.bn.running_mean";
    expect(weights.nameInFile(official)).toBe("blocks.3.conv.point_linear.bn.bn.running_mean");
    expect(weights.tensor(official)).toEqual(tensors.get(official)?.data);
  });

  it("does without the counters of batches", async () => {
    const bare = new Map([...tensors].filter(([name]) => !name.endsWith("num_batches_tracked")));
    expect(await problemsOf(bare)).toEqual([]);
  });

  it("names everything missing, extra or misshapen at once", async () => {
    const changed = new Map(tensors);
    changed.delete("classifier.linear.bias");
    changed.set("blocks.7.mobile_inverted_conv.depth_conv.conv.conv.weight", scalar);
    changed.set("optimizer.num_batches_tracked", scalar);
    changed.set("first_conv.bn.weight", {
      dtype: "float32",
      shape: [3],
      data: new Float32Array(3),
    });
    expect(await problemsOf(changed)).toEqual([
      "blocks.7.mobile_inverted_conv.depth_conv.conv.conv.weight is not a tensor of this supernet",
      "optimizer.num_batches_tracked is not a tensor of this supernet",
      "first_conv.bn.weight has shape [3], expected [8]",
      "classifier.linear.bias is missing, expected [10]",
    ]);
  });

  it("refuses a file that holds a tensor in both spellings", async () => {
    const name = "blocks.1.conv.depth_conv.conv.5to3_matrix";
    const official = name.replace(".conv.", ".mobile_inverted_conv.");
    const both = new Map([...tensors, [name, tensors.get(official) as Tensor]]);
    expect(await problemsOf(both)).toEqual([`${name} and ${official} are the same tensor`]);
  });

  it("shows the first problems of many", async () => {
    const error = await loadElasticWeights(tinySpec, memoryTensorSource(new Map())).catch(String);
    expect(error).toMatch(/^SupernetTensorError: memory: first_conv.conv.weight is missing, /);
    expect(error).toMatch(/; and \d+ more problems$/);
  });
});

const scalar: Tensor = { dtype: "float32", shape: [], data: new Float32Array(1) };
