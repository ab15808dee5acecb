import { describe, expect, it } from "vitest";
import { planSearches, searchKey, type Target } from "../plan.js";
import type { SearchRecord } from "../record.js";
import { armOf, heuristicPlayers } from "../suites/arm.js";
import { suiteOf } from "../suites/catalogue.js";
import { recordFixture } from "../testing/record-fixture.js";
import { costToReach } from "./cost-to-reach.js";
import { reportOf } from "./suite-report.js";
import { summarise } from "./summarise.js";
import { fixed, grouped, pValue, signed, tableMarkdown } from "./table.js";

const target: Target = {
  kind: "table",
  name: "cifar10",
  path: "/x.table",
  settings: { dataSet: "cifar10", epochs: 200, charge: "training" },
};
const arms = ["random", "collm"].map((name) =>
  armOf(name, { budget: 4, limits: {} }, heuristicPlayers),
);
const records = [
  recordFixture({ arm: "random", target: "cifar10", seed: 0 }, 90, 90, 90.5, 91),
  recordFixture({ arm: "random", target: "cifar10", seed: 1 }, 88, 90, 90, 90),
  recordFixture({ arm: "collm", target: "cifar10", seed: 0 }, 89, 91, 91, 91.5),
  recordFixture({ arm: "collm", target: "cifar10", seed: 1 }, 90, 90.5, 91, 91),
];
const facts = {
  noise: { medianSd: 0.15, groups: 1069, values: 2500 },
  optimum: { validationPercent: 91.61, testPercent: 94.37 },
  bestTestPercent: 94.37,
};

function summaries(of: readonly SearchRecord[] = records) {
  return summarise({
    plan: planSearches(arms, [target], 2, () => "table"),
    records: new Map(of.map((record) => [searchKey(record), record])),
    baselines: ["random"],
    facts: new Map([["cifar10", facts]]),
  });
}

const suite = suiteOf("nas-bench-201");

describe("reportOf", () => {
  const { markdown, files } = reportOf(suite, summaries(), ["random"]);

  it("writes Markdown that is ready to be pasted", () => {
    expect(markdown).toMatchInlineSnapshot(`
      "## nas-bench-201: searchers on the three data sets of NAS-Bench-201, the paper's Table 4

      Search on validation accuracy; the winner's test accuracy is read once, when its search has finished. 2 seeds each, 4 evaluations. Heuristic: the built-in heuristic plays the roles, no language model takes part. Noise floor of validation top-1 in points, the median standard deviation among networks that compute the same function: 0.15 on cifar10.

      ### Validation and test top-1

      Percent, mean and standard deviation over seeds.

      | searcher                        | cifar10 validation | cifar10 test |
      | ------------------------------- | -----------------: | -----------: |
      | random                          |       90.50 ± 0.71 | 91.50 ± 0.71 |
      | collm, heuristic                |       91.25 ± 0.35 | 92.25 ± 0.35 |
      | best of the table by validation |              91.61 |        94.37 |

      ### Spread on cifar10

      Validation top-1 of the winners. The last column is about the score, the mean of random at its end: evaluations to reach it, median over runs, in brackets the share of runs that did.

      | searcher         | runs |  mean |   sd |   5 % |  25 % | median |  75 % |  95 % | evaluations | score | to reach it |
      | ---------------- | ---: | ----: | ---: | ----: | ----: | -----: | ----: | ----: | ----------: | ----: | ----------: |
      | random           |    2 | 90.50 | 0.71 | 90.05 | 90.25 |  90.50 | 90.75 | 90.95 |         4.0 | 90.50 |  > 4 (50 %) |
      | collm, heuristic |    2 | 91.25 | 0.35 | 91.03 | 91.13 |  91.25 | 91.38 | 91.47 |         4.0 | 90.50 |   2 (100 %) |

      ### Against random on cifar10

      Validation top-1, paired by seed, in percentage points; intervals of the mean difference at 95 %. Noise is the benchmark's noise floor.

      | searcher         | difference |     t-interval |      bootstrap | p (t) | p (signed rank) | wins | ties | losses | in units of noise |
      | ---------------- | ---------: | -------------: | -------------: | ----: | --------------: | ---: | ---: | -----: | ----------------: |
      | collm, heuristic |      +0.75 | -2.43 to +3.93 | +0.50 to +1.00 | 0.205 |           0.500 |    2 |    0 |      0 |              +5.0 |

      ### Proposals on cifar10

      Means over runs. Degraded: iterations in which a role failed and something stood in for it.

      | searcher         | proposed | parsed | legal | novel | evaluated | degraded |
      | ---------------- | -------: | -----: | ----: | ----: | --------: | -------: |
      | random           |      5.0 |    5.0 |   5.0 |   4.0 |       4.0 |     0.00 |
      | collm, heuristic |      5.0 |    5.0 |   5.0 |   4.0 |       4.0 |     0.00 |
      "
    `);
  });

  it("writes unrounded numbers as CSV", () => {
    expect(files["nas-bench-201-paired.csv"]).toMatchInlineSnapshot(`
      "target,arm,baseline,pairs,difference_points,t_low,t_high,bootstrap_low,bootstrap_high,p_t,p_signed_rank,wins,ties,losses
      cifar10,collm,random,2,0.75,-2.426551,3.926551,0.5,1,0.204833,0.5,2,0,0
      "
    `);
    const [header = "", ...lines] = (files["nas-bench-201.csv"] ?? "").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    const place = header.split(",").indexOf("validation_top1_percent_mean");
    // The label has a comma, so it is quoted.
    expect(lines[1]).toContain('"collm, heuristic"');
    expect(lines[0]?.split(",")[place]).toBe("90.5");
  });

  it("draws a line and a band for each arm, the same each time", () => {
    const svg = files["nas-bench-201.svg"] ?? "";
    expect(svg.match(/class="line line-\d" d="M\d/g)).toHaveLength(4);
    expect(svg.match(/class="band /g)).toHaveLength(2);
    expect(svg).toContain("collm, heuristic on cifar10 91.25 %");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(reportOf(suite, summaries([...records].reverse()), ["random"]).files).toEqual(files);
  });

  it("reports on what there is when runs are missing", () => {
    const one = reportOf(suite, summaries(records.slice(0, 1)), ["random"]);
    expect(one.markdown).toContain("| collm, heuristic                |                  – |");
    expect(one.markdown).toContain("1 seed each");
    expect(one.markdown).toMatch(/\| collm, heuristic \| +– \| +– \| +– \| +– \| +– \| +0 \|/);
    expect(one.files["nas-bench-201.svg"]).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("costToReach", () => {
  it("adds up until the mean of the best so far is there, language models included", () => {
    const call = { requests: 1, failed: 0, inputTokens: 10, outputTokens: 5, seconds: 2 };
    const asked = records.slice(2).map((record) => ({
      ...record,
      llm: [
        { ...call, evaluationsBefore: 0 },
        { ...call, evaluationsBefore: 2 },
      ],
    }));
    expect(costToReach(asked, 90.75)).toEqual({
      evaluations: 2,
      evaluatorSeconds: 200,
      llmSeconds: 2,
      llmTokens: 15,
    });
    expect(costToReach(asked, 91)).toMatchObject({ evaluations: 3, llmSeconds: 4 });
    expect(costToReach(asked, 95)).toBeUndefined();
  });
});

describe("cells", () => {
  it("show a dash where there is no number", () => {
    expect([fixed(Number.NaN), grouped(Number.NaN), pValue(Number.NaN)]).toEqual(["–", "–", "–"]);
    expect([signed(0.5), signed(-0.5), signed(0), grouped(12345)]).toEqual([
      "+0.50",
      "-0.50",
      "0.00",
      "12,345",
    ]);
    expect([pValue(0.0004), pValue(0.25)]).toEqual(["< 0.001", "0.250"]);
  });

  it("align as the formatter aligns them", () => {
    expect(tableMarkdown({ header: ["searcher", "n"], rows: [["a", "1,000"]] })).toBe(
      ["| searcher |     n |", "| -------- | ----: |", "| a        | 1,000 |"].join("\n"),
    );
  });
});
