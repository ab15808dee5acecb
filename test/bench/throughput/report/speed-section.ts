import { median, spreadOf } from "@collm/statistics";
import { fixed, markdownTable } from "../../markdown.js";
import { type Rate, ratios } from "../alternate.js";
import { isSameNetwork } from "../compare-logits.js";
import type { ContenderSpeed } from "../measure-subnet-speed.js";
import { peakMacsPerInput } from "../practical-peak.js";
import { settingsWords } from "../torch/torch-settings.js";
import { inBrackets } from "./in-brackets.js";

/** Forms of PyTorch that everybody is compared with, in the order of the columns. */
const references = ["eager", "eager channels-last", "frozen"] as const;

/** Table of one subnet at one of our batch sizes, and how each PyTorch was run. */
export function speedSection(speeds: readonly ContenderSpeed[], macs: number): string[] {
  const ours = speeds.find(({ kind }) => kind === "ours");
  const fastest = references.flatMap((kind) =>
    fastestOf(speeds.filter((one) => one.kind === kind)),
  );
  return [
    "",
    `### Batches of ${ours?.batchSize ?? "–"}`,
    "",
    speedTable(speeds, fastest, macs),
    ...(fastest.length > 0 ? ["", ...settingsLines(speeds)] : []),
  ];
}

/** The one with the best median, if there is any: one process with threads, or several processes. */
function fastestOf(speeds: readonly ContenderSpeed[]): readonly ContenderSpeed[] {
  return speeds
    .toSorted((a, b) => median(b.rates.map(perSecond)) - median(a.rates.map(perSecond)))
    .slice(0, 1);
}

function speedTable(
  speeds: readonly ContenderSpeed[],
  compared: readonly ContenderSpeed[],
  macs: number,
): string {
  return markdownTable(
    ["", "images/s", ...compared.map(({ kind }) => `x ${kind}`), "share of peak"],
    speeds.map(({ name, rates, peak }) => {
      const own = rates.map(perSecond);
      const share = ratios(
        own.map((rate) => rate * macs),
        peak.map((rate) => perSecond(rate) * peakMacsPerInput),
      );
      return [
        name,
        inBrackets(spreadOf(own), median(own) < 100 ? 1 : 0),
        ...compared.map((reference) =>
          inBrackets(spreadOf(ratios(own, reference.rates.map(perSecond))), 2),
        ),
        `${fixed(100 * median(share), 0)} %`,
      ];
    }),
  );
}

const perSecond = (rate: Rate): number => rate.perSecond;

/** How each PyTorch was run, and whether it is the same network. */
function settingsLines(speeds: readonly ContenderSpeed[]): string[] {
  return speeds.flatMap(({ name, choice, logitDifference = 0 }) => {
    if (!choice) return [];
    const layout = choice.network.includes("/") ? "channels last" : "contiguous";
    const off = isSameNetwork(logitDifference)
      ? `logits within ${logitDifference.toExponential(0)} of the largest`
      : `other logits (off by ${fixed(100 * logitDifference, 0)} % of the largest), so no alternative`;
    const settings = settingsWords(choice.group.settings);
    return [`- ${name}: batches of ${choice.batch}, ${layout}, ${settings}; ${off}.`];
  });
}
