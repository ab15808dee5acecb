import { alternate, type Contender, type Rate } from "../alternate.js";
import { TorchGroup } from "./torch-group.js";
import type { TorchSubnet } from "./torch-process.js";
import { shapeOf, type TorchSettings } from "./torch-settings.js";

/**
 * Forms of a network; `peer/variants.py` explains them. `eager` is laid out as the original code
 * lays it out; channels last is a change of that code, so it is shown apart.
 */
export type TorchKind = "eager" | "eager channels-last" | "frozen" | "optimize_for_inference";

/** The fastest way found to run one form of a network in processes of one shape. */
export interface TorchChoice {
  readonly kind: TorchKind;
  readonly group: TorchGroup;
  /** The form with its memory layout, e.g. `eager/channels-last`. */
  readonly network: string;
  readonly batch: number;
}

export interface TorchOptions {
  readonly python: string;
  readonly settings: readonly TorchSettings[];
  readonly batchSizes: readonly number[];
  readonly rounds: number;
}

const trialSeconds = 0.3;

/**
 * PyTorch at its best: first its libraries are tried with the plain memory layout and a batch of the
 * middle size, then layouts and batch sizes with the best of these, all in alternating rounds. For
 * one process with all threads and for a process for each of them the fastest of each form is kept. One shape after the other, since a process takes about a gigabyte.
 */
export async function chooseTorch(
  subnet: TorchSubnet,
  options: TorchOptions,
): Promise<readonly TorchChoice[]> {
  const byShape = new Map<string, TorchSettings[]>();
  for (const one of options.settings) {
    byShape.set(shapeOf(one), [...(byShape.get(shapeOf(one)) ?? []), one]);
  }
  const chosen: TorchChoice[] = [];
  for (const settings of byShape.values()) {
    chosen.push(...(await chooseOfShape(subnet, { ...options, settings })));
  }
  return chosen.flatMap((choice) =>
    choice.kind === "frozen" ? [choice, optimizedLike(choice)] : [choice],
  );
}

async function chooseOfShape(
  subnet: TorchSubnet,
  { python, settings, batchSizes, rounds }: TorchOptions,
): Promise<readonly TorchChoice[]> {
  const middle = batchSizes.toSorted((a, b) => a - b)[Math.floor(batchSizes.length / 2)] ?? 1;
  const groups: TorchGroup[] = [];
  const plain: TorchChoice[] = [];
  const all: TorchChoice[] = [];
  for (const one of settings) {
    const group = await TorchGroup.start(python, one);
    groups.push(group);
    for (const network of await group.load(subnet)) {
      const kind = kindOf(network);
      if (kind === "optimize_for_inference") continue;
      if (network !== "frozen/channels-last") plain.push({ kind, group, network, batch: middle });
      for (const batch of batchSizes) all.push({ kind, group, network, batch });
    }
  }
  const libraries = fastest(plain, await trial(plain, rounds));
  const promising = all.filter(({ kind, group }) =>
    libraries.some((choice) => choice.kind === kind && choice.group === group),
  );
  const chosen = fastest(promising, await trial(promising, rounds));
  const kept = new Set(chosen.map(({ group }) => group));
  await Promise.all(groups.filter((group) => !kept.has(group)).map((group) => group.close()));
  return chosen;
}

async function trial(
  choices: readonly TorchChoice[],
  rounds: number,
): Promise<readonly (readonly Rate[])[]> {
  const contenders = choices.map(
    ({ group, network, batch }, i): Contender => ({
      name: String(i),
      time: (about) => group.time(network, batch, about),
    }),
  );
  const rates = await alternate(contenders, { rounds, seconds: trialSeconds });
  return contenders.map(({ name }) => rates.get(name) ?? []);
}

/** Not tried for itself: it is shown beside the frozen network, and may compute something else. */
function optimizedLike(frozen: TorchChoice): TorchChoice {
  return {
    ...frozen,
    kind: "optimize_for_inference",
    network: frozen.network.replace("frozen", "optimized"),
  };
}

function kindOf(network: string): TorchKind {
  if (network === "eager/channels-last") return "eager channels-last";
  const [kind] = network.split("/");
  return kind === "optimized" ? "optimize_for_inference" : (kind as TorchKind);
}

/**
 * Of each form the choice whose best round was the fastest, since what else runs on a machine can
 * only slow a round down. Where processes have one thread each, time of the processor counts, which
 * a busy machine disturbs less.
 */
export function fastest<Choice extends Tried>(
  tried: readonly Choice[],
  rates: readonly (readonly Rate[])[],
): readonly Choice[] {
  const best = new Map<TorchKind, { readonly choice: Choice; readonly speed: number }>();
  tried.forEach((choice, i) => {
    const { threads } = choice.group.settings;
    const speed = Math.max(
      ...(rates[i] ?? []).map((rate) => (threads === 1 ? rate.perCpuSecond : rate.perSecond)),
    );
    if (speed > (best.get(choice.kind)?.speed ?? 0)) best.set(choice.kind, { choice, speed });
  });
  return [...best.values()].map(({ choice }) => choice);
}

interface Tried {
  readonly kind: TorchKind;
  readonly group: { readonly settings: TorchSettings };
}
