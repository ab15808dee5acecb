import { readFile, writeFile } from "node:fs/promises";
import { CollmError, withFile } from "@collm/errors";
import { buildInferenceGraph, graphNames, type Subnet } from "@collm/supernet";
import { loadCalibration } from "./evaluate-subnet.js";
import { type ImageLocator, isCalibrated } from "./manifest-images.js";
import { statisticsOf } from "./measure-subnet.js";
import { openNetwork } from "./network.js";
import { executionOf, openSubnet, type SubnetCommand } from "./open-subnet.js";
import type { RuntimeSettings } from "./runtime.js";

export interface ExportCommand extends SubnetCommand {
  /** Receives the ONNX model. */
  readonly outputPath: string;
  readonly locateImages: ImageLocator;
}

export interface ExportSummary {
  readonly sizeBytes: number;
  /** Whether BatchNorm statistics were re-estimated or are the checkpoint's. */
  readonly statistics: "re-estimated" | "running";
  readonly resolution: number;
}

/**
 * Writes a subnet as an ONNX model with BatchNorm folded in. Statistics are re-estimated by the
 * recipe if the manifest names calibration images; otherwise the checkpoint's are used, so that a
 * subnet can be exported without any images.
 */
export async function exportSubnet(command: ExportCommand): Promise<ExportSummary> {
  const { manifest, subnet } = await openSubnet(command);
  const isEstimated = isCalibrated(manifest) && manifest.images.calibration !== undefined;
  const calibration = isEstimated
    ? await loadCalibration(manifest, subnet.resolution, command.locateImages)
    : undefined;
  const statistics = await statisticsOf(subnet, calibration, executionOf(command));
  const model = buildInferenceGraph(subnet, statistics);
  await withFile("--output", command.outputPath, () => writeFile(command.outputPath, model));
  await verifyWritten(command.outputPath, model, subnet, executionOf(command).runtime);
  return {
    sizeBytes: model.byteLength,
    statistics: isEstimated ? "re-estimated" : "running",
    resolution: subnet.resolution,
  };
}

/** Reads the file back and runs it: it must load and give the logits of the network that was written. */
async function verifyWritten(
  path: string,
  model: Uint8Array,
  { resolution: side, canonical }: Subnet,
  runtime: RuntimeSettings,
): Promise<void> {
  const batch = {
    imagesCount: 2,
    input: Float32Array.from({ length: 2 * 3 * side * side }, (_, i) => Math.sin(i)),
    shape: [2, 3, side, side],
  };
  const logitsOf = async (bytes: Uint8Array): Promise<Float32Array> => {
    const network = await openNetwork(bytes, runtime, { isForFewRuns: true });
    try {
      return (await network.run(batch, [graphNames.logits])).logits;
    } finally {
      await network.release();
    }
  };
  const [written, expected] = [await logitsOf(await readFile(path)), await logitsOf(model)];
  const isSame = expected.every((logit, i) => Number.isFinite(logit) && written[i] === logit);
  if (isSame) return;
  throw new CollmError("data-loss", `${path}: does not give the logits of ${canonical}`);
}
