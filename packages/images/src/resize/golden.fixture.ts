import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ResizeTarget, Window } from "./rgb-image.js";

/** Reference outputs; see `test/golden/preprocess/README.md`. */
export interface SposGolden {
  readonly cases: readonly {
    readonly image_id: number;
    readonly H: number;
    readonly W: number;
    readonly resized_h: number;
    readonly resized_w: number;
    readonly crop_top: number;
    readonly crop_left: number;
    readonly sha256_resized_rgb_chw_u8: string;
    readonly sha256_tensor_bgr_chw_u8: string;
    readonly tensor_first8: readonly number[];
  }[];
}

export interface AutoformerGolden {
  readonly cases: readonly {
    readonly w: number;
    readonly h: number;
    readonly input_sha256_u8_hwc: string;
    readonly resized_wh: readonly [number, number];
    readonly crop_left_top: readonly [number, number];
    readonly resized_sha256_u8_hwc: string;
    readonly cropped_sha256_u8_hwc: string;
    readonly tensor_sha256_f32le: string;
  }[];
}

export interface BilinearGolden {
  readonly pillow: string;
  readonly cases: readonly {
    readonly width: number;
    readonly height: number;
    readonly resolution: number;
    readonly resizedWidth: number;
    readonly resizedHeight: number;
    readonly left: number;
    readonly top: number;
    readonly resizedSha256: string;
    readonly croppedSha256: string;
  }[];
}

export function readGolden<Golden>(name: "spos" | "autoformer" | "pillow-bilinear"): Golden {
  const url = new URL(`../../../../test/golden/preprocess/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Golden;
}

export function sha256(bytes: Uint8Array | Float32Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The same target with the whole result as its window. */
export function whole(target: ResizeTarget): ResizeTarget & { readonly window: Window } {
  const { width, height } = target;
  return { width, height, window: { left: 0, top: 0, width, height } };
}

/** `[height, width, 3]` as `[3, height, width]`. */
export function channelsFirst(pixels: Uint8Array): Uint8Array {
  const area = pixels.length / 3;
  return Uint8Array.from(pixels, (_, i) => pixels[(i % area) * 3 + Math.floor(i / area)] as number);
}
