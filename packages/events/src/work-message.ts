import type { EvaluationRequest } from "@collm/search";
import { z } from "zod";
import { parseJson } from "./parse-json.js";

const schema = z.strictObject({
  v: z.literal(1),
  searchId: z.string(),
  candidateId: z.string(),
  supernet: z.string(),
  canonical: z.string(),
  contextDigest: z.string(),
  key: z.string(),
  /** Raised when a content key is tried again after it was given up, so that it is no duplicate. */
  epoch: z.int().nonnegative(),
});

/** One architecture to evaluate, as it lies in the work queue. */
export interface WorkMessage extends EvaluationRequest {
  readonly epoch: number;
}

export function encodeWork(work: WorkMessage): string {
  return JSON.stringify({ v: 1, ...work });
}

/** Reads a message; undefined for what is none, which no evaluator can do anything with. */
export function decodeWork(text: string): WorkMessage | undefined {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { v, ...work } = parsed.data;
  return work;
}
