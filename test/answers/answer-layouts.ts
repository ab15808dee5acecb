import type { Notation, Rng } from "@collm/search-space";
import type { Layout } from "./known-answer.js";
import { reasons } from "./noise.js";

/** A piece of an answer; `means` says which architecture is whole where the piece ends. */
export interface Piece {
  readonly text: string;
  readonly means?: string | undefined;
}

/** An architecture as it will stand in the answer. */
export interface Written {
  readonly text: string;
  /** Absent for a piece that only looks like an architecture. */
  readonly means?: string | undefined;
  /** What to write where a layout has its own style. */
  readonly notation?: Notation | undefined;
}

export interface LayoutContext {
  readonly rng: Rng;
  /** Text of a legal architecture that must not be found. */
  readonly quoted: () => string;
}

const piece = (text: string): Piece => ({ text });

/** Puts written architectures together; undefined where the layout cannot hold one of them. */
export function layOut(
  layout: Layout,
  written: readonly Written[],
  context: LayoutContext,
): readonly Piece[] | undefined {
  const { rng } = context;
  const own = written.map(({ text, means }): Piece => ({ text, means }));
  const between = (separator: string): Piece[] =>
    own.flatMap((one, i) => (i === 0 ? [one] : [piece(separator), one]));
  const each = (before: (i: number) => string, after: (i: number) => string): Piece[] =>
    own.flatMap((one, i) => [piece(before(i)), one, piece(after(i))]);
  const reason = (): string => JSON.stringify(rng.pick(reasons));
  switch (layout) {
    case "fence each": {
      const name = rng.pick(["json", "", "JSON", "json5", "jsonc"]);
      return each(
        (i) => `Candidate ${i + 1}:\n\`\`\`${name}\n`,
        () => "\n```\n\n",
      );
    }
    case "fenced list":
      return [piece("```json\n[\n  "), ...between(",\n  "), piece("\n]\n```\n")];
    case "candidates object":
      return [piece('{"candidates": ['), ...between(", "), piece("]}")];
    case "named objects":
      return [
        piece('{"architectures": {'),
        ...each(
          (i) => `${i === 0 ? "" : ", "}"net ${i + 1}": `,
          () => "",
        ),
        piece("}}"),
      ];
    case "entries with reasons":
      return [
        piece("["),
        ...each(
          (i) => `{"id": ${i + 1}, "why": ${reason()}, "architecture": `,
          () => "},\n",
        ),
        piece("]"),
      ];
    case "entries with parents":
      return [
        piece("```json\n["),
        ...each(
          (i) => `{"id": ${i + 1}, "parent": ${context.quoted()}, "architecture": `,
          (i) => `, "why": ${reason()}}${i === own.length - 1 ? "" : ", "}`,
        ),
        piece("]\n```"),
      ];
    case "prose":
      return each(
        (i) => (i === 0 ? "I suggest " : " and, to be bold, "),
        () => ".",
      );
    case "JSON lines":
      return between("\n");
    case "numbered list":
      return each(
        (i) => `${i + 1}. **Net ${i + 1}**: \``,
        () => "`\n",
      );
    case "tags":
      return [
        piece("<answer>\n"),
        ...each(
          () => "<candidate>",
          () => "</candidate>\n",
        ),
        piece("</answer>"),
      ];
    case "Python":
      return [
        piece("candidates = [\n    "),
        ...between(",\n    "),
        piece(",\n]\nassert all(candidates)"),
      ];
    case "JSON in a string":
      return [
        piece('{"name": "propose", "arguments": "{\\"candidates\\": ['),
        ...between(", ").map(escaped),
        piece(']}"}'),
      ];
    case "escaped JSON":
      return [piece('"{\\"candidates\\": ['), ...between(",\n").map(escaped), piece(']}"')];
    case "YAML":
    case "one line each":
    case "table":
      return inLines(layout, written, rng);
  }
}

function escaped({ text, means }: Piece): Piece {
  return { text: JSON.stringify(text).slice(1, -1), means };
}

/** Layouts without braces; a list notation has no keys to write. */
function inLines(layout: Layout, written: readonly Written[], rng: Rng): Piece[] | undefined {
  const nets = written.map(({ notation, means }) => ({ notation, means }));
  const entries = nets.map(({ notation }) =>
    typeof notation === "object" && !Array.isArray(notation) ? Object.entries(notation) : undefined,
  );
  if (entries.some((one) => one === undefined)) return undefined;
  const value = (entry: unknown): string =>
    typeof entry === "string" ? entry : JSON.stringify(entry).replaceAll(",", ", ");
  const write = {
    YAML: (one: readonly [string, unknown][], i: number) =>
      rng.int(2) === 0
        ? `${i === 0 ? "" : "\n"}- ${one.map(([key, v]) => `${key}: ${value(v)}`).join("\n  ")}`
        : `${i === 0 ? "" : "\n\n"}### Net ${i + 1}\n${one.map(([key, v]) => `- **${key}**: ${value(v)}`).join("\n")}`,
    "one line each": (one: readonly [string, unknown][], i: number) =>
      `${i === 0 ? "" : "\n"}${i + 1}) ${one.map(([key, v]) => `${key}=${value(v)}`).join("; ")}`,
    table: (one: readonly [string, unknown][], i: number) =>
      `${i === 0 ? "" : "\n"}| ${i + 1} | ${one.map(([, v]) => value(v)).join(" | ")} |`,
  }[layout as "YAML"];
  const keys = entries[0]?.map(([key]) => key) ?? [];
  const head =
    layout === "table"
      ? `| # | ${keys.join(" | ")} |\n|---|${keys.map(() => "---").join("|")}|\n`
      : "";
  return [
    piece(head),
    ...entries.map((one, i): Piece => ({ text: write(one ?? [], i), means: nets[i]?.means })),
    piece("\n"),
  ];
}
