import {
  type Architecture,
  createRng,
  createSearchSpace,
  nasBench201Spec,
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
  type Rng,
  type SearchSpace,
  type SpaceSpec,
  sampleUniform,
} from "@collm/search-space";
import { type LayoutContext, layOut, type Piece, type Written } from "./answer-layouts.js";
import { type KnownAnswer, layouts } from "./known-answer.js";
import { candidatesHeadings, otherObjects, prose, thinkingMarks } from "./noise.js";
import { notationStyles } from "./notation-styles.js";

/** A space of every family, and cells with operators that have no meaning. */
const spaces: readonly SearchSpace[] = (
  [
    publishedOfaSpec(1.2),
    publishedShuffleNetSpec(),
    publishedAutoFormerSpec("tiny"),
    nasBench201Spec("cifar10"),
    { ...nasBench201Spec("cifar10"), permuteOperators: 7 },
  ] satisfies readonly SpaceSpec[]
).map(createSearchSpace);

const maxCandidates = 6;

/** Answer `number` of the corpus that `seed` draws; the same for the same arguments. */
export function knownAnswer(seed: number, number: number): KnownAnswer {
  for (let attempt = 0; ; attempt++) {
    const answer = draw(createRng("answers", seed, number, attempt));
    if (answer) return answer;
  }
}

function draw(rng: Rng): KnownAnswer | undefined {
  const space = rng.pick(spaces);
  const layout = rng.pick(layouts);
  const oddities: string[] = [];
  const chance = (share: number): boolean => rng.next() < share;
  const architectures = Array.from({ length: 1 + rng.int(maxCandidates) }, () => any(space, rng));
  const written: Written[] = [];
  for (const architecture of architectures) {
    const style = rng.pick(notationStyles);
    const notation = space.notation(architecture);
    const text = style.write(notation, rng);
    if (text === undefined) return undefined;
    written.push({ text, notation, means: architecture.canonical });
  }
  const hasBraces = !["YAML", "one line each", "table"].includes(layout);
  if (hasBraces && chance(0.25)) {
    oddities.push("a candidate that is none");
    written.splice(rng.int(written.length + 1), 0, { text: spoilt(space, rng) });
  }
  const quoted = (): string => JSON.stringify(space.notation(any(space, rng)));
  const context: LayoutContext = { rng, quoted };
  const candidates = layOut(layout, written, context);
  if (!candidates) return undefined;

  const around: Piece[][] = [[...candidates]];
  if (chance(0.2) && layout === "fence each") {
    oddities.push("written twice");
    around.push([...candidates]);
  }
  for (let i = rng.int(3); i > 0; i--)
    around.splice(rng.int(around.length + 1), 0, [{ text: rng.pick(prose) }]);
  if (hasBraces && chance(0.2)) {
    oddities.push("other objects");
    around.splice(rng.int(around.length + 1), 0, [{ text: rng.pick(otherObjects) }]);
  }
  if (chance(0.15)) {
    oddities.push("directives");
    const text = `\`\`\`directives\n{"parents": [${quoted()}], "explore": 0.2}\n\`\`\``;
    around.splice(rng.int(around.length + 1), 0, [{ text }]);
  }
  const answer = around.flatMap((part) => [...part, { text: "\n\n" }]);
  const isJoint = chance(0.15);
  let reflection = "";
  if (isJoint) {
    oddities.push("reflection");
    reflection = `## SUMMARY\n${rng.pick(prose)}\nThe best is \`${quoted()}\`.\n\n${rng.pick(candidatesHeadings)}\n\n`;
    answer.unshift({ text: reflection });
  }
  // Text before a lone `</think>`, and a reflection, cannot be told from an answer until their ends.
  let leastCut = reflection.length;
  if (chance(0.3)) {
    oddities.push("thinking");
    const [opening, closing] = rng.pick(thinkingMarks);
    const thought = `${rng.pick(prose)}\nThe best so far was ${quoted()}; ${quoted()} is worse.`;
    const text = `${opening}${thought}${closing}`;
    answer.unshift({ text });
    if (opening === "" || isJoint) leastCut += text.length;
  } else if (chance(0.05)) {
    oddities.push("thinking at the end");
    answer.push({ text: `<think>Let me check ${quoted()} again` });
  }
  const whole = answer.map(({ text }) => text).join("");
  const isCut = chance(0.25);
  if (isCut) oddities.push("cut off");
  const cut = isCut ? leastCut + rng.int(Math.max(1, whole.length - leastCut)) : whole.length;
  return {
    space: space.spec,
    layout,
    oddities,
    isJoint,
    text: whole.slice(0, cut),
    meant: [...new Set(meantWithin(answer, cut))],
  };
}

function any(space: SearchSpace, rng: Rng): Architecture {
  return sampleUniform(space, rng);
}

/** Architectures that are whole in the first `length` characters. */
function meantWithin(pieces: readonly Piece[], length: number): string[] {
  const found: string[] = [];
  let end = 0;
  for (const { text, means } of pieces) {
    end += text.length;
    if (end <= length && means !== undefined) found.push(means);
  }
  return found;
}

/** A piece that looks like an architecture and is not legal, or cannot be read. */
function spoilt(space: SearchSpace, rng: Rng): string {
  const text = JSON.stringify(space.notation(any(space, rng)));
  const values = [...text.matchAll(/\d+(?=[,\]}])|(?<=:)"\w+"/g)];
  const { index, 0: value } = rng.pick(values);
  const other = rng.pick(["NaN", "-Infinity", "...", "null", "999", '"?"', "<value>", "oops"]);
  return text.slice(0, index) + other + text.slice(index + value.length);
}
