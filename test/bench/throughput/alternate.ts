import { setTimeout as delay } from "node:timers/promises";

/** Somebody whose speed is compared. */
export interface Contender {
  readonly name: string;
  /** Images per second over about this long. */
  time(seconds: number): Promise<number>;
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
): Promise<ReadonlyMap<string, readonly number[]>> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
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
