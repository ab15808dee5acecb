import { copyFile, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeTorchLegacy } from "@collm/checkpoint/testing";
import { CollmError } from "@collm/errors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  describeShared,
  type ExpectedArchitecture,
  expectedAnswers,
  sharedCsv,
  sharedSamples,
} from "../shared-samples.fixture.js";
import { openTable } from "../table.js";
import { encodePlain, type Plain, plainRecord } from "../testing/plain-record.js";
import { importNasBench201 } from "./import.js";
import { officialOrder } from "./official-order.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-import-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const order = officialOrder();

/** Imports and gives the error. */
async function refusal(path: string, output = at("table.safetensors")): Promise<CollmError> {
  const error = await importNasBench201(path, output).catch((thrown: unknown) => thrown);
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

describe("importNasBench201", () => {
  it("says what may be imported where something else is given", async () => {
    expect((await refusal(folder)).message).toContain("has no record");
    const tar = Buffer.alloc(1024);
    tar.write("ustar", 257);
    await writeFile(at("NATS.tar"), tar);
    expect((await refusal(at("NATS.tar"))).message).toContain("must be unpacked first");
  });

  it("finds out before it reads that the table cannot be written", async () => {
    await writeFile(at("some.csv"), `index,arch,c10_valid_200\n0,${order[0]},90\n`);
    const nowhere = join(folder, "missing", "table.safetensors");
    await expect(importNasBench201(at("some.csv"), nowhere)).rejects.toThrow("missing");
    expect((await refusal(at("some.csv"), folder)).message).toContain("got a folder");
    expect((await refusal(at("some.csv"), at("some.csv"))).message).toContain("the source itself");
  });
});

describe("importNasBench201 of an old .pth", () => {
  /** Records in the names of the old files, by the keys that they are given. */
  function pth(records: readonly (readonly [key: number, record: Map<Plain, Plain>])[]): Buffer {
    const root = new Map<Plain, Plain>([
      ["meta_archs", [...order]],
      ["total_archs", order.length],
      [
        "arch2infos",
        new Map<Plain, Plain>(
          records.map(([key, record]): [Plain, Plain] => {
            const [less, full] = [record.get("12"), record.get("200")] as [Plain, Plain];
            return [
              key,
              new Map<Plain, Plain>([
                ["full", full],
                ["less", less],
              ]),
            ];
          }),
        ),
      ],
    ]);
    // Without PROTO and STOP, which the container's writer adds.
    return encodeTorchLegacy({ root: encodePlain(root).subarray(2, -1), storages: [] });
  }

  it("names every record that is bad or lies under another key", async () => {
    const changed = plainRecord(5);
    (changed.get("200") as Map<Plain, Plain>).delete("dataset_seed");
    const records = [
      [3, plainRecord(3)],
      [4, plainRecord(40)],
      [5, changed],
    ] as const;
    await writeFile(at("old.pth"), pth(records));
    const messages: string[] = [];
    const summary = await importNasBench201(at("old.pth"), at("table.safetensors"), {
      skipBad: true,
      onBad: ({ message }) => void messages.push(message.replace(folder, "")),
    });
    expect(summary).toMatchObject({ architectures: 1, source: "pth" });
    expect(messages).toEqual([
      "/old.pth, architecture 5: full/dataset_seed: got nothing, allowed is a dict",
      "/old.pth, arch2infos[4]: got the record of 40, allowed is the record of 4",
    ]);
  });

  it("is refused as a whole where it is cut", async () => {
    const whole = pth([[3, plainRecord(3)]]);
    await writeFile(at("cut.pth"), whole.subarray(0, whole.length - 2000));
    const error = await refusal(at("cut.pth"));
    expect(error.code).toBe("data-loss");
    expect(error.message).toContain("the end of the file");
    expect(await readdir(folder)).toEqual(["cut.pth"]);
  });
});

describeShared("importNasBench201 of the official samples", () => {
  const official = `${sharedSamples}/sample-official`;

  it("gives the same numbers from the folder as the CSV file has of it", async () => {
    await importNasBench201(official, at("folder.safetensors"), { threads: 2 });
    expect(await readdir(folder)).toEqual(["folder.safetensors"]);
    const all = await importNasBench201(sharedCsv, at("csv.safetensors"));
    const [some, whole] = [
      await openTable(at("folder.safetensors")),
      await openTable(at("csv.safetensors")),
    ];
    expect([some.rows, whole.rows]).toEqual([3, 15_625]);
    for (const name of all.columns) {
      const [ours, theirs] = [await some.column(name), await whole.column(name)];
      for (let row = 0; row < some.rows; row++) {
        const other = whole.rowOf(some.choicesOf(row)) as number;
        expect(Math.abs((ours[row] as number) - (theirs[other] as number)), name).toBeLessThan(
          1e-5,
        );
      }
    }
    await Promise.all([some.close(), whole.close()]);
  });

  it.each([
    ["sample-official", "sample-official-expected.json"],
    ["sample-simple", "sample-expected.json"],
    ["sample-single.pickle.pbz2", "sample-expected.json"],
    ["sample-nb201-v1_1.pth", "sample-nb201-v1_1-expected.json"],
  ])("stores the reference API's answers to 1e-9: %s", async (name, answers) => {
    await importNasBench201(`${sharedSamples}/${name}`, at("table.safetensors"), { threads: 2 });
    const table = await openTable(at("table.safetensors"));
    const expected = expectedAnswers(answers).archs;
    const indexes = [...(await table.column("index"))];
    let compared = 0;
    for (const column of table.columnNames) {
      const [set, epochs, field = ""] = column.split("/");
      const key = `${set}|${epochs}`;
      const values = await table.column(column);
      for (const [row, index] of indexes.entries()) {
        const { more_info: info, cost_info: costs } = expected[index] as ExpectedArchitecture;
        const answer = info[key]?.[field] ?? costs[key]?.[field];
        if (answer === undefined) continue;
        compared += 1;
        const difference = Math.abs((values[row] as number) - answer);
        expect(difference, `${index} ${column}`).toBeLessThanOrEqual(1e-9 * Math.abs(answer));
      }
    }
    await table.close();
    // Eight pairs of data set and schedule with 8 to 16 results and 3 costs each.
    expect(compared).toBeGreaterThanOrEqual(indexes.length * 8 * 11);
  });

  it("knows the optima of the whole benchmark", async () => {
    const { results } = await importNasBench201(sharedCsv, at("csv.safetensors"));
    const rounded = results
      .filter(({ epochs }) => epochs === 200)
      .map(({ dataSet, bestValidation, bestTest, testOfBestValidation }) => [
        dataSet,
        ...[bestValidation, bestTest, testOfBestValidation].map((value) => value?.toFixed(2)),
      ]);
    expect(rounded).toEqual([
      ["cifar10", "91.61", "94.37", "94.37"],
      ["cifar100", "73.49", "73.51", "73.51"],
      ["imagenet16-120", "46.73", "47.31", "46.20"],
    ]);
  });

  it("names every bad record of a folder, goes on, and reads only what is new the next time", async () => {
    await mkdir(at("folder"));
    const copy = (from: string, to: string): Promise<void> =>
      copyFile(`${official}/${from}`, join(folder, "folder", to));
    await copy("meta.pickle.pbz2", "meta.pickle.pbz2");
    await copy("000000.pickle.pbz2", "000000.pickle.pbz2");
    await copy("000011.pickle.pbz2", "000012.pickle.pbz2");
    await copy("000284.pickle.pbz2", "284.pickle.pbz2");
    await copy("000284.pickle.pbz2", "015625.pickle.pbz2");
    await copy("000011.pickle.pbz2", "000011.pickle.pbz2");
    await truncate(join(folder, "folder", "000011.pickle.pbz2"), 50_000);
    const output = at("table.safetensors");
    const messages: string[] = [];
    const onBad = ({ message }: { message: string }): void => void messages.push(message);
    await expect(importNasBench201(at("folder"), output, { onBad, threads: 2 })).rejects.toThrow(
      "3 of 5 records are bad",
    );
    expect(messages.sort()).toEqual([
      "000011.pickle.pbz2, byte 50000: found the end of the file, expected the rest of a block",
      "000012.pickle.pbz2: 12/arch_index: got number 11, allowed is 12",
      "015625.pickle.pbz2: index: got 15625, allowed is 0 to 15624",
    ]);
    expect((await readdir(folder)).sort()).toEqual(["folder", "table.safetensors.partial"]);

    await rm(join(folder, "folder", "000012.pickle.pbz2"));
    await rm(join(folder, "folder", "015625.pickle.pbz2"));
    await copy("000011.pickle.pbz2", "000011.pickle.pbz2");
    // A row that was torn off at the end is read again.
    await truncate(`${output}.partial`, 2500);
    const summary = await importNasBench201(at("folder"), output, { threads: 2 });
    expect(summary).toMatchObject({ architectures: 3, resumed: 1, skipped: [] });
    expect((await readdir(folder)).sort()).toEqual(["folder", "table.safetensors"]);
    await importNasBench201(official, at("undisturbed.safetensors"), { threads: 1 });
    for (const name of summary.columns) {
      expect(await columnOf(output, name)).toEqual(
        await columnOf(at("undisturbed.safetensors"), name),
      );
    }
  });

  it("does not mix the rows of two folders", async () => {
    const output = at("table.safetensors");
    await writeFile(`${output}.partial`, '{"format":"collm-nas-bench-201-partial"}\n');
    const error = await refusal(official, output);
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toContain("was begun by another import");
  });

  it("refuses a list of architectures in another order", async () => {
    await mkdir(at("folder"));
    await copyFile(`${official}/000000.pickle.pbz2`, at("folder/000000.pickle.pbz2"));
    await copyFile(`${official}/000000.pickle.pbz2`, at("folder/meta.pickle.pbz2"));
    const error = await refusal(at("folder"));
    expect(error.code).toBe("data-loss");
    expect(error.message).toContain("meta_archs: got nothing, allowed is a list of 15625");
  });

  it("refuses a single record, and says where it belongs", async () => {
    const error = await refusal(`${official}/000000.pickle.pbz2`);
    expect(error.message).toContain("allowed is the folder that it lies in");
  });

  it.each(["sample-single.pickle.pbz2", "sample-nb201-v1_1.pth"])("reads %s", async (name) => {
    const summary = await importNasBench201(`${sharedSamples}/${name}`, at("table.safetensors"));
    expect(summary).toMatchObject({ architectures: 3, skipped: [] });
  });

  it("stops when it is told to, and says how to go on", async () => {
    const controller = new AbortController();
    const running = importNasBench201(`${sharedSamples}/sample-simple`, at("table.safetensors"), {
      threads: 1,
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(await readdir(folder)).toEqual(["table.safetensors.partial"]);
  });
});
