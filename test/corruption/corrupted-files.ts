import { createRng, type Rng } from "@collm/search-space";
import type { CorruptedFile } from "./corrupted-file.js";
import { flippedFile, truncatedFile } from "./damage.js";
import { hugeSizes, zipBomb } from "./hostile-container.js";
import { hostilePickle } from "./hostile-pickle.js";
import { hostileHeader, hugeSafetensors } from "./hostile-safetensors.js";

/** By turns, so that any number of cases has some of each; what varies most comes more often. */
const turns: readonly ((rng: Rng) => CorruptedFile)[] = [
  (rng) => flippedFile("zip", rng),
  (rng) => flippedFile("legacy", rng),
  (rng) => flippedFile("safetensors", rng),
  (rng) => truncatedFile("zip", rng),
  (rng) => truncatedFile("legacy", rng),
  (rng) => truncatedFile("safetensors", rng),
  (rng) => hostilePickle("zip", rng),
  (rng) => hostilePickle("legacy", rng),
  zipBomb,
  hostileHeader,
  (rng) => hugeSizes("zip", rng),
  (rng) => hugeSizes("legacy", rng),
  hugeSafetensors,
  (rng) => hostilePickle("zip", rng),
  (rng) => hostilePickle("legacy", rng),
  (rng) => flippedFile("zip", rng),
  (rng) => flippedFile("legacy", rng),
  zipBomb,
];

/** The corrupted file of this number; the same for the same seed. */
export function corruptedFile(seed: number, number: number): CorruptedFile {
  const make = turns[number % turns.length] as (rng: Rng) => CorruptedFile;
  return make(createRng(seed, "corruption", number));
}
