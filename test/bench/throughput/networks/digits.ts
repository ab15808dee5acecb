import { calibrationImages } from "@collm/evaluation";
import { imageBatches } from "@collm/images";
import type { Architecture, SearchSpace } from "@collm/search-space";
import { extreme, typical } from "../../architectures.js";
import { openDemo } from "../../demo.js";
import { readyInputs } from "../inputs.js";
import type { BenchSubnet, Calibration } from "./bench-subnet.js";

export const sizeRoles = ["smallest", "median", "largest"] as const;
export type SizeRole = (typeof sizeRoles)[number];

/** Subnets of the demo, or of another supernet with images, of these sizes. */
export async function digitsSubnets(
  manifestPath: string,
  roles: readonly SizeRole[],
): Promise<readonly BenchSubnet[]> {
  const demo = await openDemo(manifestPath);
  const { manifest, space } = demo.supernet;
  if (manifest.weights.kind !== "checkpoint") throw new RangeError("manifest without weights");
  const weightsPath = manifest.weights.path;
  return roles.map((role) => {
    const architecture = ofSize(role, space);
    const { resolution, normalize } = demo.supernet.subnet(architecture);
    return {
      role,
      spec: space.spec,
      weightsPath,
      isCompared: true,
      cut: () => demo.supernet.subnet(architecture),
      inputs: async (count) =>
        readyInputs(await demo.images("validation", resolution), count, normalize),
      calibration: async (): Promise<Calibration> => {
        const { images, batchSize, mode } = calibrationImages(
          await demo.images("calibration", resolution),
          manifest.recipe,
        );
        return {
          imagesCount: images.count,
          mode,
          batches: () => imageBatches(images, normalize, batchSize),
        };
      },
    };
  });
}

/** The median is of 10,000 uniformly drawn networks. */
export function ofSize(role: SizeRole, space: SearchSpace): Architecture {
  return role === "median" ? typical(space, 10_000, 0) : extreme(space, role);
}
