import { exchangeSchema } from "@collm/search";
import { z } from "zod";
import { protocols } from "./draw.js";

/** Raised when a line changes its meaning. */
const version = 1;

/**
 * Everything that an answer depends on. A file of exchanges goes on only with the same; the number
 * of trials and the protocols are no part of it, so that either can be extended.
 */
export type RankingSettings = Readonly<Record<string, string | number | boolean | null>>;

/** The first line of the file. */
export const settingsLineSchema = z.strictObject({
  v: z.literal(version),
  kind: z.literal("settings"),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** One trial that was asked: what was shown, every request with its answer, and the verdict. */
export const trialLineSchema = z.strictObject({
  v: z.literal(version),
  kind: z.literal("trial"),
  protocol: z.enum(protocols),
  /** From 0. */
  trial: z.int().nonnegative(),
  /** Canonical strings in the order of the labels. They were not shown; the request holds what was. */
  shown: z.array(z.string()),
  exchanges: z.array(exchangeSchema),
  verdict: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("ranked"), order: z.array(z.int().nonnegative()) }),
    z.strictObject({ kind: z.literal("unparsable"), reason: z.string() }),
    z.strictObject({ kind: z.literal("failed"), reason: z.string() }),
  ]),
});
export type TrialRecord = z.infer<typeof trialLineSchema>;

export function settingsLine(settings: RankingSettings): string {
  return `${JSON.stringify({ v: version, kind: "settings", settings })}\n`;
}

export function trialLine(record: Omit<TrialRecord, "v" | "kind">): string {
  return `${JSON.stringify({ v: version, kind: "trial", ...record })}\n`;
}
