import { createRng, type Rng } from "@collm/search-space";
import { knownAnswer } from "./known-answers.js";

/** Characters that a reader of JSON and of prose has to decide about. */
const odd = [..."{}[]()\"'`:,=#/\\*|<>\n\t \u0000\ud800“”【】｛｝…-0123456789e.NaNInfinitynull"];

const damages: readonly ((text: string, rng: Rng) => string)[] = [
  (text, rng) => {
    const at = rng.int(text.length + 1);
    return text.slice(0, at) + rng.pick(odd) + text.slice(at + 1);
  },
  (text, rng) => {
    const at = rng.int(text.length + 1);
    return text.slice(0, at) + rng.pick(odd).repeat(1 + rng.int(2_000)) + text.slice(at);
  },
  (text, rng) => {
    const at = rng.int(text.length + 1);
    return text.slice(0, at) + text.slice(at + rng.int(200));
  },
  (text, rng) => {
    const from = rng.int(text.length + 1);
    const piece = text.slice(from, from + rng.int(400));
    const at = rng.int(text.length + 1);
    return text.slice(0, at) + piece.repeat(1 + rng.int(20)) + text.slice(at);
  },
  (text) => [...text].reverse().join(""),
  (text, rng) => text.replaceAll(rng.pick(odd), rng.pick(odd)),
];

/** Longer than a parser looks at. */
const maxCharacters = 400_000;

/** Answers of the corpus, damaged and spliced; nothing is known of what is in them. */
export function damagedAnswer(seed: number, number: number) {
  const rng = createRng("damaged answers", seed, number);
  const { space, text: first } = knownAnswer(seed, rng.int(2 ** 30));
  const second = knownAnswer(seed, rng.int(2 ** 30)).text;
  let text = rng.next() < 0.3 ? first.slice(0, rng.int(first.length + 1)) + second : first;
  for (let i = 1 + rng.int(6); i > 0; i--) text = rng.pick(damages)(text, rng);
  if (rng.next() < 0.01) text = text.repeat(Math.ceil(maxCharacters / (text.length + 1)));
  return { space, text: text.slice(0, maxCharacters) };
}
