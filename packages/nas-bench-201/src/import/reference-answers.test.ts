import { readPickle, readSavedObject } from "@collm/checkpoint";
import { expect, it } from "vitest";
import { Bzip2Source } from "../bzip2/source.js";
import type { Epochs, TrainingSet } from "../columns.js";
import {
  describeShared,
  type ExpectedArchitecture,
  expectedAnswers,
  sharedSamples,
} from "../shared-samples.fixture.js";
import { costInfo } from "./cost-info.js";
import { Fields } from "./fields.js";
import { moreInfo } from "./more-info.js";
import { officialOrder } from "./official-order.js";
import { parseRecord } from "./parse-record.js";
import { benchmarkWorld, recordLimits } from "./pickle-world.js";
import type { ArchitectureRecord } from "./record.js";
import { readRecordFile } from "./record-file.js";

const order = officialOrder();
const tolerance = 1e-9;

/** The expected answers that ours do not equal, as `where: ours instead of theirs`; and how many there are. */
function differences(record: ArchitectureRecord, expected: ExpectedArchitecture) {
  const wrong: string[] = [];
  let compared = 0;
  const compare = (where: string, ours: object, theirs: Readonly<Record<string, number>>): void => {
    const { iepoch: _, ...answers } = theirs;
    const missing = Object.keys(ours).filter((key) => !(key in answers));
    if (missing.length > 0 && !where.includes("seed")) {
      wrong.push(`${where}: ${missing.join(", ")} too many`);
    }
    for (const [key, value] of Object.entries(answers)) {
      compared += 1;
      const our = (ours as Record<string, number>)[key];
      const isEqual = our !== undefined && Math.abs(our - value) <= tolerance * Math.abs(value);
      if (!isEqual) wrong.push(`${where}/${key}: ${our} instead of ${value}`);
    }
  };
  for (const [key, seeds] of Object.entries(expected.seeds)) {
    const [set, schedule] = key.split("|") as [TrainingSet, string];
    const epochs = Number(schedule) as Epochs;
    expect(record.trials(set, epochs).map(({ seed }) => seed)).toEqual(seeds);
    const query = { set, epochs };
    compare(`${key} more_info`, moreInfo(record, query), expected.more_info[key] ?? {});
    compare(`${key} cost_info`, costInfo(record, set, epochs), expected.cost_info[key] ?? {});
    const atEpoch = expected.more_info_at_epoch[key];
    if (atEpoch) {
      const iepoch = atEpoch.iepoch ?? Number.NaN;
      compare(`${key} at epoch`, moreInfo(record, { ...query, iepoch }), atEpoch);
    }
    for (const [seed, answers] of Object.entries(expected.per_seed[key] ?? {})) {
      const one = moreInfo(record, { ...query, seed: Number(seed) });
      compare(`${key} seed ${seed}`, one, answers);
    }
  }
  return { wrong, compared };
}

function parse(value: unknown, index: number, origin: ArchitectureRecord["origin"]) {
  return parseRecord(value as never, { index, officialOrder: order, origin });
}

/** Records of a file of many, by index. */
function recordsOf(root: unknown): ReadonlyMap<number, unknown> {
  return new Map([...new Fields(root as never, "").fields("arch2infos").dict.entries()] as never);
}

describeShared("the reference API's answers", () => {
  it.each([
    ["sample-official", "sample-official-expected.json", 3, 1122],
    ["sample-simple", "sample-expected.json", 20, 7402],
  ])("are those of every record of %s", async (folder, answers, architectures, values) => {
    const expected = Object.entries(expectedAnswers(answers).archs);
    expect(expected).toHaveLength(architectures);
    let compared = 0;
    for (const [index, answer] of expected) {
      const name = `${index.padStart(6, "0")}.pickle.pbz2`;
      const path = `${sharedSamples}/${folder}/${name}`;
      const record = await readRecordFile({ path, name, index: Number(index) });
      expect(record.official).toBe(answer.arch);
      const found = differences(record, answer);
      expect(found.wrong).toEqual([]);
      compared += found.compared;
    }
    expect(compared).toBeGreaterThanOrEqual(values);
  });

  it("are those of the single file", async () => {
    const path = `${sharedSamples}/sample-single.pickle.pbz2`;
    const source = new Bzip2Source(path, path, 1 << 26);
    const records = recordsOf(await readPickle(source, benchmarkWorld, recordLimits));
    source.close();
    const { archs } = expectedAnswers("sample-expected.json");
    expect([...records.keys()]).toEqual([0, 1, 2]);
    for (const [index, value] of records) {
      const answer = archs[index] as ExpectedArchitecture;
      expect(differences(parse(value, index, "nats-bench"), answer).wrong).toEqual([]);
    }
  });

  it("are those of the old .pth, which repairs no costs", async () => {
    const path = `${sharedSamples}/sample-nb201-v1_1.pth`;
    const records = recordsOf(await readSavedObject(path, benchmarkWorld, recordLimits));
    const { archs } = expectedAnswers("sample-nb201-v1_1-expected.json");
    expect([...records.keys()]).toEqual(Object.keys(archs).map(Number));
    let compared = 0;
    for (const [index, value] of records) {
      const answer = archs[index] as ExpectedArchitecture;
      const found = differences(parse(value, index, "nas-bench-201"), answer);
      expect(found.wrong).toEqual([]);
      compared += found.compared;
    }
    expect(compared).toBeGreaterThanOrEqual(1044);
  });
});
