import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CollmError } from "@collm/errors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTable } from "../table.js";
import { importNasBench201 } from "./import.js";
import { officialOrder } from "./official-order.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-csv-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const order = officialOrder();

/** Imports and gives the error. */
async function refusal(path: string): Promise<CollmError> {
  const error = await importNasBench201(path, at("table.safetensors")).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(CollmError);
  return error as CollmError;
}

async function columnOf(path: string, name: string): Promise<Float64Array> {
  const table = await openTable(path);
  try {
    return await table.column(name);
  } finally {
    await table.close();
  }
}

describe("importNasBench201 of a CSV file", () => {
  const header =
    "index,arch,seeds200,c10_valid_200,in16_test_12,train_s_epoch_c10valid,flops_c10_m";

  it("maps columns to the official names and derives times", async () => {
    const lines = [header, `7,${order[7]},3,90.5,,7,15.64737`, `2,${order[2]},2,81,40,2.5,`];
    await writeFile(at("some.csv"), lines.join("\r\n"));
    const output = at("table.safetensors");
    const summary = await importNasBench201(at("some.csv"), output);
    expect(summary).toMatchObject({ architectures: 2, missing: 15_623, source: "csv" });
    const rows = async (name: string): Promise<number[]> => [...(await columnOf(output, name))];
    expect(await rows("index")).toEqual([2, 7]);
    expect(await rows("cifar10-valid/200/valid-accuracy")).toEqual([81, 90.5]);
    expect(await rows("ImageNet16-120/12/test-accuracy")).toEqual([40, Number.NaN]);
    expect(await rows("cifar10-valid/12/train-all-time")).toEqual([30, 84]);
    expect(await rows("cifar100/200/train-per-time")).toEqual([5, 14]);
    expect(await rows("ImageNet16-120/200/train-per-time")).toEqual([2.5 * 6.068, 7 * 6.068]);
    expect(await rows("cifar10/12/flops")).toEqual([Number.NaN, 15.64737]);
    expect(await rows("cifar10/200/seeds")).toEqual([2, 3]);
    expect(summary.columns).not.toContain("cifar10/200/test-accuracy");
  });

  it("names each bad line, and leaves them out when told to", async () => {
    const bad = [
      `0,${order[1]},3,90,40,7,15`,
      `15625,${order[1]},3,90,40,7,15`,
      `3,${order[3]},3,100.5,40,7,15`,
      `4,${order[4]},3,nan,40,7,15`,
      `5,${order[5]},3,90`,
      `1,${order[1]},3,90,40,7,15`,
    ];
    const text = [header, `1,${order[1]},3,90,40,7,15`, ...bad].join("\n");
    await writeFile(at("bad.csv.gz"), gzipSync(text));
    const output = at("table.safetensors");
    const messages: string[] = [];
    const onBad = ({ message }: { message: string }): void => void messages.push(message);
    await expect(importNasBench201(at("bad.csv.gz"), output, { onBad })).rejects.toThrow(
      "6 of 7 records are bad and no table was written",
    );
    expect(await readdir(folder)).toEqual(["bad.csv.gz"]);
    expect(messages.map((message) => message.replace(folder, ""))).toEqual([
      `/bad.csv.gz, line 3: arch: got "${order[1]}", allowed is ${order[0]}, which has the index 0`,
      '/bad.csv.gz, line 4: index: got "15625", allowed is 0 to 15624',
      '/bad.csv.gz, line 5: c10_valid_200: got "100.5", allowed is 0 to 100',
      '/bad.csv.gz, line 6: c10_valid_200: got "nan", allowed is 0 to 100',
      "/bad.csv.gz, line 7: line: got 4 cells, allowed is 7 as in the first line",
      "/bad.csv.gz, line 8: index: got 1, allowed is one that no line before has",
    ]);
    const summary = await importNasBench201(at("bad.csv.gz"), output, { skipBad: true });
    expect(summary).toMatchObject({ architectures: 1, skipped: { length: 6 } });
  });

  it.each([
    ["other columns", "epoch,loss\n1,2\n", "allowed are index, arch and some of"],
    ["an empty file", "", "an empty file"],
    ["an unknown file", "\u0001\u0002\u0003", "an unknown file"],
    ["a line without end", `${header}\n${"9".repeat(200_000)}`, "a line of more than"],
  ])("refuses %s", async (_, text, message) => {
    await writeFile(at("file"), text);
    expect((await refusal(at("file"))).message).toContain(message);
  });

  it("refuses a damaged gzip file", async () => {
    const packed = gzipSync(`${header}\n${`1,${order[1]},3,90,40,7,15\n`.repeat(50)}`);
    await writeFile(at("cut.csv.gz"), packed.subarray(0, packed.length - 12));
    const error = await refusal(at("cut.csv.gz"));
    expect(error.code).toBe("data-loss");
    expect(error.message).toContain("is damaged, gzip says");
  });
});
