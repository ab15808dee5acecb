import { CollmError, checkValue } from "@collm/errors";
import { type EvaluationResult, type EvaluationStore, evaluationResultSchema } from "@collm/search";
import type { KV, KvEntry } from "@nats-io/kv";
import { z } from "zod";
import { tokenOf } from "./names.js";
import { parseJson } from "./parse-json.js";
import { patiently } from "./patiently.js";
import { isTaken } from "./taken.js";

const entrySchema = z.strictObject({
  v: z.literal(1),
  key: z.string(),
  result: evaluationResultSchema,
});

/** Finished evaluations in a key-value bucket: an entry is created once and never changed. */
export function createKvEvaluationStore(bucket: KV): EvaluationStore {
  const read = async (key: string): Promise<EvaluationResult | undefined> => {
    const entry = await patiently(() => bucket.get(tokenOf(key)));
    return entry?.operation === "PUT" ? readEvaluation(entry, key).result : undefined;
  };
  return {
    read,
    write: async (key, result) => {
      const checked = checkValue(entrySchema, { v: 1, key, result });
      if (checked.kind === "invalid") {
        throw new CollmError("invalid-argument", `evaluation ${key}: ${checked.problems[0]}`);
      }
      try {
        await patiently(() => bucket.create(tokenOf(key), JSON.stringify(checked.value)));
        return result;
      } catch (error) {
        if (!isTaken(error)) throw error;
        return (await read(key)) ?? result;
      }
    },
  };
}

/** An entry's key and result. Throws `data-loss` for anything else under that name. */
export function readEvaluation(
  entry: KvEntry,
  key?: string,
): { readonly key: string; readonly result: EvaluationResult } {
  const parsed = entrySchema.safeParse(parseJson(entry.string()));
  if (parsed.success && (key === undefined || parsed.data.key === key)) return parsed.data;
  throw new CollmError(
    "data-loss",
    `evaluation ${entry.bucket}/${entry.key}: is not the stored evaluation of ${key ?? "any key"}`,
  );
}
