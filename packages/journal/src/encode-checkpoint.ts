import { createHash } from "node:crypto";
import { CollmError } from "@collm/errors";
import type { EvaluationCheckpoint } from "@collm/search";
import { z } from "zod";

/**
 * A checkpoint in two pieces, so that the large one need not be written again while only counts
 * change:
 *
 *     head         <SHA-256 of the JSON, 64 hex digits> "\n" <JSON>      below 1 kB
 *     statistics   means, then variances: float64, little-endian         16 bytes a channel
 *
 * Statistics are float64 because they are sums in double precision: rounded, they would fold into
 * other weights. The head holds their digest, so pieces of two checkpoints are never mixed.
 */
export interface EncodedCheckpoint {
  readonly head: Uint8Array;
  readonly statistics: StatisticsPiece | undefined;
}

export interface StatisticsPiece {
  /** SHA-256, 64 hex digits. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const headSchema = z.strictObject({
  v: z.literal(1),
  /** The evaluation's content key. */
  key: z.string(),
  plan: z.strictObject({
    calibrationImages: count,
    calibrationBatchSize: count,
    channels: count,
    images: count,
    batchSize: count,
  }),
  calibration: z
    .strictObject({
      imagesDone: count,
      batchesDone: count,
      channels: count,
      statisticsDigest: z.string(),
    })
    .optional(),
  imagesDone: count,
  top1Count: count,
  top5Count: count,
  seconds: z.strictObject({ build: seconds, calibrate: seconds, run: seconds }),
});
type Head = z.infer<typeof headSchema>;

const digestLength = 64;

export function encodeCheckpoint(
  key: string,
  { calibration, ...rest }: EvaluationCheckpoint,
): EncodedCheckpoint {
  const statistics = calibration && statisticsPiece(calibration);
  const head: Head = { v: 1, key, ...rest };
  if (calibration && statistics) {
    const { imagesDone, batchesDone, means } = calibration;
    const statisticsDigest = statistics.digest;
    head.calibration = { imagesDone, batchesDone, channels: means.length, statisticsDigest };
  }
  const json = JSON.stringify(head);
  return { head: Buffer.from(`${sha256(json)}\n${json}`), statistics };
}

/**
 * @param readStatistics gives the other piece; called if the head says that there is one.
 * @throws CollmError data-loss naming `where` when a piece is damaged, missing or another key's
 */
export async function decodeCheckpoint(
  where: string,
  key: string,
  head: Uint8Array,
  readStatistics: () => Promise<Uint8Array | undefined> | Uint8Array | undefined,
): Promise<EvaluationCheckpoint> {
  const damaged = (what: string): CollmError =>
    new CollmError("data-loss", `checkpoint ${where}: ${what}`);
  const text = Buffer.from(head).toString();
  const json = text.slice(digestLength + 1);
  if (text !== `${sha256(json)}\n${json}`) throw damaged("its digest is not that of its content");
  const parsed = headSchema.safeParse(JSON.parse(json));
  if (!parsed.success) throw damaged("is no checkpoint of this version");
  const { v: _, key: own, calibration, ...rest } = parsed.data;
  if (own !== key) throw damaged(`key: got "${own}", expected is "${key}"`);
  if (!calibration) return rest;
  const { channels, statisticsDigest, ...done } = calibration;
  const bytes = await readStatistics();
  if (!bytes || bytes.length !== 2 * channels * 8 || sha256(bytes) !== statisticsDigest) {
    throw damaged("its statistics are missing or not those that it was written with");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements = (first: number): Float64Array =>
    Float64Array.from({ length: channels }, (_, i) => view.getFloat64(8 * (first + i), true));
  return {
    ...rest,
    calibration: { ...done, means: elements(0), variances: elements(channels) },
  };
}

function statisticsPiece({
  means,
  variances,
}: NonNullable<EvaluationCheckpoint["calibration"]>): StatisticsPiece {
  const bytes = new Uint8Array(8 * (means.length + variances.length));
  const view = new DataView(bytes.buffer);
  means.forEach((mean, i) => {
    view.setFloat64(8 * i, mean, true);
  });
  variances.forEach((variance, i) => {
    view.setFloat64(8 * (means.length + i), variance, true);
  });
  return { digest: sha256(bytes), bytes };
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
