import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelOf } from "./conversation.js";
import { parseRanking } from "./parse-ranking.js";

const ranked = { kind: "ranked", order: [2, 0, 1] };

/** Ways to write a ranking of labels. */
const styles: Readonly<Record<string, (labels: readonly string[]) => string>> = {
  json: (labels) => JSON.stringify({ ranking: labels }),
  fenced: (labels) =>
    `Here it is:\n\n\`\`\`json\n${JSON.stringify({ ranking: labels }, null, 2)}\n\`\`\`\n`,
  list: (labels) => `The order is ${labels.join(", ")}.`,
  bare: (labels) => `[${labels.join(", ")}]`,
  chain: (labels) => `Final ranking: ${labels.map((label) => `**${label}**`).join(" > ")}`,
  numbered: (labels) => labels.map((label, i) => `${i + 1}. ${label}`).join("\n"),
  spaced: (labels) => labels.map((label, i) => `${i + 1}) **${label}**`).join("\n\n"),
  bullets: (labels) => labels.map((label) => `- ${label.toLowerCase()}`).join("\n"),
};

const permutation = fc.integer({ min: 2, max: 12 }).chain((count) =>
  fc.shuffledSubarray(
    Array.from({ length: count }, (_, position) => position),
    { minLength: count },
  ),
);
const style = fc.constantFrom(...Object.keys(styles));

function write(name: string, labels: readonly string[]): string {
  return styles[name]?.(labels) ?? "";
}

describe("parseRanking", () => {
  it("reads every order in every way of writing", () => {
    fc.assert(
      fc.property(permutation, style, (order, name) => {
        const text = write(name, order.map(labelOf));
        expect(parseRanking(text, order.length)).toEqual({ kind: "ranked", order });
      }),
    );
  });

  it("never completes a ranking that lacks a label, nor mends one that repeats or invents one", () => {
    fc.assert(
      fc.property(permutation, style, fc.nat(), (order, name, at) => {
        const labels = order.map(labelOf);
        const count = order.length;
        const place = at % count;
        const lacking = labels.toSpliced(place, 1);
        const repeating = labels.with(place, labels[(place + 1) % count] ?? "");
        const inventing = labels.with(place, labelOf(count));
        for (const wrong of [lacking, repeating, inventing, [...labels, labels[place] ?? ""]]) {
          expect(parseRanking(write(name, wrong), count).kind).toBe("unparsable");
        }
      }),
    );
  });

  it("survives any text", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom("N1", "N2", "<think>", "[", '"', "1.", "\n"),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const read = parseRanking(pieces.join(""), 2);
        if (read.kind === "ranked") expect([...read.order].sort()).toEqual([0, 1]);
        else expect(read.reason).not.toBe("");
      }),
    );
  });

  it("ignores reasoning, however it is marked", () => {
    expect(parseRanking("<think>N1, N2, N3?</think>N3, N1, N2", 3)).toEqual(ranked);
    expect(parseRanking("N1 > N2 > N3 maybe\n</think>\n\nN3, N1, N2", 3)).toEqual(ranked);
    expect(parseRanking("<think>N3, N1, N2", 3)).toMatchObject({
      reason: expect.stringContaining("nothing but reasoning"),
    });
  });

  it("finds the ranking behind an analysis that names labels", () => {
    const text =
      "N1 and N2 are shallow. N3 has two convolutions, N1 one.\n\nSo: N3 > N1 > N2\n\nN3 wins.";
    expect(parseRanking(text, 3)).toEqual(ranked);
  });

  it("reads lines that explain themselves", () => {
    const text = "1. N3 – two convolutions\n2. **N1**: one\n3. N2: none, unlike N3";
    expect(parseRanking(text, 3)).toEqual(ranked);
  });

  it("takes the last ranking that is called one where drafts differ", () => {
    const text =
      'First guess: N1, N2, N3\n\nMy ranking: N2, N1, N3\n\n{"ranking": ["N3", "N1", "N2"]}';
    expect(parseRanking(text, 3)).toEqual(ranked);
    expect(parseRanking("N1, N2, N3\n\nor: N3, N2, N1", 3)).toMatchObject({
      reason: "it gives 2 different rankings",
    });
  });

  it.each([
    ["I cannot tell.", "it names no label"],
    ["N2 is best.", "it holds no list of labels"],
    ["N1, N2, N3", "it ranks 3 of 4 labels"],
    ["N1, N2, N2, N4", "it ranks N2 twice"],
    ["N1, N2, N3, N9", "it ranks N9, allowed are N1 to N4"],
    ["N1 < N2 < N3 < N4", 'the order is written with "<", so that its direction is not known'],
    ['{"N1": 3, "N2": 1, "N3": 2, "N4": 4}', "it holds no list of labels"],
    [
      "N1: good\nN2: better\nN3: poor\nN4: fair",
      "labels stand in the order shown, each with a remark, which is no ranking",
    ],
    ["  ", "the answer is empty or nothing but reasoning"],
  ])("says why %j cannot be used", (text, reason) => {
    expect(parseRanking(text, 4)).toEqual({ kind: "unparsable", reason });
  });

  it("is fast on a long answer", () => {
    const read = parseRanking("N1 > N2, ".repeat(50_000), 3);
    expect(read).toMatchObject({ kind: "unparsable" });
  });
});
