import type { Gene } from "./space.js";

/** Throws RangeError unless `choices` holds the index of an option for every gene. */
export function requireChoices(genes: readonly Gene[], choices: readonly number[]): void {
  genes.forEach((gene, i) => {
    const choice = choices[i];
    if (choice === undefined || gene.choices[choice] === undefined) {
      throw new RangeError(
        `choice of ${gene.name} is ${choice}, allowed is 0 to ${gene.choices.length - 1}`,
      );
    }
  });
}
