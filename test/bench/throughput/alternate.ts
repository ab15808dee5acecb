import { setTimeout as delay } from "node:timers/promises";

/** How fast somebody was in a round. */
export interface Rate {
  /** Images per second. */
  readonly perSecond: number;
  /**
   * Images per second of processor time, all threads together. Says little of a contender whose
   * threads wait for each other by spinning, but is the same on a busy machine.
   */
  readonly perCpuSecond: number;
}

/** Somebody whose speed is compared. */
export interface Contender {
  readonly name: string;
  /** Runs for about this long. */
  time(seconds: number): Promise<Rate>;
}

/** Long enough that the threads of the last one stop spinning. */
const pauseMs = 100;

/**
 * Times all contenders in each round, one at a time, every round beginning with another one. What
 * slows the machine down for a while then slows all of them, so rates of one round can be compared.
 */
export async function alternate(
  contenders: readonly Contender[],
  options: { readonly rounds: number; readonly seconds: number },
): Promise<ReadonlyMap<string, readonly Rate[]>> {
  const rates = new Map<string, Rate[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, time } = contenders[(round + turn) % contenders.length] as Contender;
      rates.get(name)?.push(await time(options.seconds));
      await delay(pauseMs);
    }
  }
  return rates;
}

/** Round by round, how many times as fast the one is as the other. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((rate, round) => rate / (theirs[round] as number));
}
