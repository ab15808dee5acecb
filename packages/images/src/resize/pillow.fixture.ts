import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { PillowFilter } from "./pillow-weights.js";
import type { RgbImage } from "./rgb-image.js";

/** Python with Pillow (Debian: python3-pil), or undefined where there is none. */
export const pythonWithPillow = [process.env.COLLM_PYTHON, "/usr/bin/python3"].find(
  (path) =>
    path !== undefined && existsSync(path) && spawnSync(path, ["-c", "import PIL"]).status === 0,
);

/**
 * Evaluation transform of torchvision 0.14 on Pillow images: Resize(side), CenterCrop(resolution).
 * Written out, since torchvision itself is not needed for it.
 */
const program = `
import hashlib, json, sys
import PIL
from PIL import Image

filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
results = []
for case in json.loads(sys.argv[1]):
    w, h, side, resolution = case["width"], case["height"], case["side"], case["resolution"]
    image = Image.frombytes("RGB", (w, h), sys.stdin.buffer.read(w * h * 3))
    short, long = min(w, h), max(w, h)
    longer = int(side * long / short)
    size = (side, longer) if w <= h else (longer, side)
    resized = image.resize(size, filters[case["filter"]])
    left = int(round((size[0] - resolution) / 2.0))
    top = int(round((size[1] - resolution) / 2.0))
    cropped = resized.crop((left, top, left + resolution, top + resolution))
    sha256 = lambda i: hashlib.sha256(i.tobytes()).hexdigest()
    results.append({
        "resizedWidth": size[0], "resizedHeight": size[1], "left": left, "top": top,
        "resizedSha256": sha256(resized), "croppedSha256": sha256(cropped),
    })
print(json.dumps({"pillow": PIL.__version__, "results": results}))
`;

export interface PillowCase {
  readonly image: RgbImage;
  readonly side: number;
  readonly resolution: number;
  readonly filter: PillowFilter;
}

export interface PillowResult {
  readonly resizedWidth: number;
  readonly resizedHeight: number;
  readonly left: number;
  readonly top: number;
  readonly resizedSha256: string;
  readonly croppedSha256: string;
}

/** What Pillow makes of the images, with its version. */
export function runPillow(cases: readonly PillowCase[]): {
  readonly pillow: string;
  readonly results: readonly PillowResult[];
} {
  if (pythonWithPillow === undefined) throw new Error("no Python with Pillow");
  const described = cases.map(({ image: { width, height }, side, resolution, filter }) => ({
    width,
    height,
    side,
    resolution,
    filter,
  }));
  const run = spawnSync(pythonWithPillow, ["-c", program, JSON.stringify(described)], {
    input: Buffer.concat(cases.map(({ image }) => image.pixels)),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}
