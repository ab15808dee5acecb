/**
 * How many classes come before the right one, 0 meaning that the image was recognised. Of equal
 * logits the lower class comes first. NaN counts as larger than any number, as in PyTorch's topk,
 * so a network that broke down recognises nothing by luck.
 */
export function rankOf(label: number, logits: Float32Array): number {
  const own = logits[label] as number;
  let rank = 0;
  for (let other = 0; other < logits.length; other++) {
    if (other === label) continue;
    const logit = logits[other] as number;
    // Written so that NaN on either side gives false.
    const isBehind = other < label ? logit < own : logit <= own;
    if (!isBehind) rank++;
  }
  return rank;
}

/** Images recognised by the best and by the five best guesses. */
export interface RecognisedCounts {
  readonly top1: number;
  readonly top5: number;
}

/** Counts a batch; `logits` is `[labels.length, classes]`. */
export function countRecognised(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
): RecognisedCounts {
  let top1 = 0;
  let top5 = 0;
  labels.forEach((label, image) => {
    const rank = rankOf(label, logits.subarray(image * classes, (image + 1) * classes));
    if (rank < 1) top1++;
    if (rank < 5) top5++;
  });
  return { top1, top5 };
}
