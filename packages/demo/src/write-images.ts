/**
 * Writes image files to `.cache/demo` of the repository, for the trainer: `pnpm --filter @collm/demo
 * images [train|calibration|validation|test …]`. Without names, all four (380 MB).
 */
import { fileURLToPath } from "node:url";
import { ensureDemoImages } from "./images/ensure-images.js";
import { demoSplitNames } from "./images/splits.js";

const cacheDir = fileURLToPath(new URL("../../../.cache/demo", import.meta.url));
const names = process.argv.slice(2);
const unknown = names.find((name) => !demoSplitNames.some((split) => split === name));
if (unknown === undefined) {
  const wanted = demoSplitNames.filter((split) => names.length === 0 || names.includes(split));
  const paths = await ensureDemoImages(cacheDir, wanted);
  process.stdout.write(`${Object.values(paths).join("\n")}\n`);
} else {
  process.stderr.write(`split ${unknown}: must be one of ${demoSplitNames.join(", ")}\n`);
  process.exitCode = 2;
}
