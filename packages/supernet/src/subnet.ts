import type { Normalization, Preprocessing } from "@collm/images";
import type { Cost, Notation } from "@collm/search-space";
import type { SubnetLayers } from "./subnet-layers.js";

/** A network cut from a supernet: what it is and its layers. */
export interface Subnet extends SubnetLayers {
  /** Canonical string of the architecture. */
  readonly canonical: string;
  /** The family's own notation. */
  readonly notation: Notation;
  /** Side in pixels of the square images that the architecture is meant for. */
  readonly resolution: number;
  readonly classes: number;
  readonly cost: Cost;
  /** Digest of the supernet it was cut from. */
  readonly supernetDigest: string;
  /** How an image file becomes a square of bytes; absent where images are not made from files. */
  readonly preprocessing?: Preprocessing;
  /** How these become the network's input. */
  readonly normalize: Normalization;
}

/** What an exported model says about itself. */
export function subnetMetadata(subnet: Subnet): Record<string, string> {
  const { mean, std, range = 1, channelOrder = "rgb" } = subnet.normalize;
  return {
    "collm.architecture": subnet.canonical,
    "collm.notation": JSON.stringify(subnet.notation),
    "collm.supernet": subnet.supernetDigest,
    "collm.resolution": String(subnet.resolution),
    "collm.classes": String(subnet.classes),
    "collm.normalize.mean": JSON.stringify(mean),
    "collm.normalize.std": JSON.stringify(std),
    "collm.normalize.range": String(range),
    "collm.channelOrder": channelOrder,
    ...(subnet.preprocessing
      ? { "collm.preprocessing": JSON.stringify(subnet.preprocessing) }
      : {}),
  };
}
