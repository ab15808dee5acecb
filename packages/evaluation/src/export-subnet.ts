import { writeFile } from "node:fs/promises";
import { withFile } from "@collm/errors";
import { buildInferenceGraph } from "@collm/supernet";
import { loadCalibration } from "./evaluate-subnet.js";
import { type ImageLocator, isCalibrated } from "./manifest-images.js";
import { statisticsOf } from "./measure-subnet.js";
import { executionOf, openSubnet, type SubnetCommand } from "./open-subnet.js";

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
  return {
    sizeBytes: model.byteLength,
    statistics: isEstimated ? "re-estimated" : "running",
    resolution: subnet.resolution,
  };
}
