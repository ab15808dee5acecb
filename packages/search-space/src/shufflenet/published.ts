import type { ShuffleNetSpec } from "./spec.js";

/** The published single-path one-shot supernet (arXiv 1904.00420, megvii-model/SinglePathOneShot). */
export function publishedShuffleNetSpec(): ShuffleNetSpec {
  return {
    family: "spos-shufflenet-v2",
    stem: 16,
    stages: [
      { repeats: 4, channels: 64 },
      { repeats: 4, channels: 160 },
      { repeats: 8, channels: 320 },
      { repeats: 4, channels: 640 },
    ],
    lastChannels: 1024,
    classes: 1000,
    resolution: 224,
  };
}
