import { CollmError } from "@collm/errors";
import { createRng, type Rng } from "@collm/search-space";
import type { Pool, PooledEntry } from "./pool.js";

/**
 * `deciles` is the paper's protocol: bins of equally many architectures by accuracy, one of each.
 * Most of its pairs are far apart, so that counting weights ranks them well already. `top-decile`
 * is the question that a search asks: all of them among the best tenth.
 */
export const protocols = ["deciles", "top-decile"] as const;
export type Protocol = (typeof protocols)[number];

export interface DrawSettings {
  readonly seed: number;
  /** Architectures in a trial; with `deciles` also the number of bins. */
  readonly candidates: number;
  /** Whether all trials show the same architectures, as the paper's did; their order still differs. */
  readonly isFixed: boolean;
}

export interface Trial {
  readonly protocol: Protocol;
  /** From 0. */
  readonly index: number;
  /** In the order in which they are shown. */
  readonly shown: readonly PooledEntry[];
}

/** The part of a pool that a protocol draws from, the worst first. */
export function drawnFrom({ entries }: Pool, protocol: Protocol): readonly PooledEntry[] {
  return protocol === "deciles"
    ? entries
    : entries.slice(-Math.max(1, Math.floor(entries.length / 10)));
}

/**
 * The first `count` trials. Each depends on settings and its own number alone, so that more trials
 * can be asked for later. No two architectures of a trial compute the same function where that can
 * be had: their order would be noise.
 *
 * @throws CollmError invalid-argument when there are fewer architectures than a trial shows
 */
export function drawTrials(
  pool: Pool,
  protocol: Protocol,
  settings: DrawSettings,
  count: number,
): readonly Trial[] {
  const { seed, candidates, isFixed } = settings;
  const from = drawnFrom(pool, protocol);
  if (from.length < candidates) {
    throw new CollmError(
      "invalid-argument",
      `candidates: got ${candidates}, allowed for ${protocol} are at most the ${from.length} architectures that it draws from`,
    );
  }
  return Array.from({ length: count }, (_, index) => {
    const rng = createRng(seed, "rank-draw", protocol, isFixed ? 0 : index);
    const drawn =
      protocol === "deciles" ? oneOfEachBin(from, candidates, rng) : some(from, candidates, rng);
    return {
      protocol,
      index,
      shown: shuffled(drawn, createRng(seed, "rank-order", protocol, index)),
    };
  });
}

function oneOfEachBin(from: readonly PooledEntry[], bins: number, rng: Rng): PooledEntry[] {
  const drawn: PooledEntry[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const start = Math.floor((bin * from.length) / bins);
    const end = Math.floor(((bin + 1) * from.length) / bins);
    drawn.push(pickNew(from.slice(start, end), drawn, rng));
  }
  return drawn;
}

function some(from: readonly PooledEntry[], count: number, rng: Rng): PooledEntry[] {
  const drawn: PooledEntry[] = [];
  while (drawn.length < count) {
    drawn.push(
      pickNew(
        from.filter((entry) => !drawn.includes(entry)),
        drawn,
        rng,
      ),
    );
  }
  return drawn;
}

/** One that computes something else than those drawn; any where there is none. */
function pickNew(
  from: readonly PooledEntry[],
  drawn: readonly PooledEntry[],
  rng: Rng,
): PooledEntry {
  const taken = new Set(drawn.map(({ functionClass }) => functionClass));
  const fresh = from.filter(({ functionClass }) => !taken.has(functionClass));
  return rng.pick(fresh.length > 0 ? fresh : from);
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], rng: Rng): readonly T[] {
  const left = [...list];
  return list.map(() => left.splice(rng.int(left.length), 1)[0] as T);
}
