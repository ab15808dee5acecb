import { CollmError, checkValue } from "@collm/errors";
import { protocols } from "@collm/ranking";
import { z } from "zod";

/** Flags of `collm rank` as commander gives them. */
export interface RankFlags {
  readonly supernet: string;
  readonly llm?: string;
  readonly protocol: string;
  readonly trials: string;
  readonly candidates: string;
  readonly seed: string;
  readonly split: string;
  readonly permuteOperators?: string;
  readonly fixed?: boolean;
  readonly concurrency: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** A whole number that is written in decimal digits. */
function wholeNumber(min: number, max: number) {
  const phrase = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, phrase)
    .transform(Number)
    .pipe(z.int(phrase).min(min, phrase).max(max, phrase));
}

const maxSeed = 2 ** 32 - 1;

const schema = z.object({
  supernet: z.string().min(1, "the manifest of a table"),
  llm: z.string().optional(),
  protocol: z
    .enum([...protocols, "both"])
    .transform((protocol) => (protocol === "both" ? protocols : [protocol])),
  trials: wholeNumber(1, 100_000),
  /** More than fifty fill a prompt, and nobody ranks them. */
  candidates: wholeNumber(2, 50),
  seed: wholeNumber(0, maxSeed),
  split: z.enum(["validation", "test"]),
  permuteOperators: wholeNumber(0, maxSeed).optional(),
  fixed: z.boolean().default(false),
  concurrency: wholeNumber(1, 256),
  out: z.string().min(1, "a directory").optional(),
  json: z.boolean().default(false),
});
export type RankRequest = z.infer<typeof schema>;

/** Checks the flags. Throws CollmError invalid-argument that names every wrong one. */
export function readRankFlags(flags: RankFlags): RankRequest {
  const checked = checkValue(schema, flags, ([flag]) => flagName(String(flag)));
  if (checked.kind === "valid") return checked.value;
  throw new CollmError("invalid-argument", checked.problems.join("; "));
}

function flagName(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
