import type { FileIdentity } from "./random-access-file.js";

/** A file that authors of a supernet published. */
export interface KnownCheckpoint {
  /** For people: `once-for-all MobileNetV3 w1.0`. */
  readonly name: string;
  readonly fileName: string;
  readonly gitBlobId: string;
  readonly sha256?: string;
  readonly sizeBytes?: number;
}

/**
 * Files of github.com/han-cai/files, `ofa/ofa_nets/`, from where once-for-all's own code loads them. The blob ids
 * are that repository's; size and SHA-256 of w1.0 were reported by others who hold the file. SPOS and
 * AutoFormer publish through cloud drives and a release, without digests.
 */
const knownCheckpoints: readonly KnownCheckpoint[] = [
  {
    name: "once-for-all MobileNetV3 w1.0",
    fileName: "ofa_mbv3_d234_e346_k357_w1.0",
    gitBlobId: "55d835981d8acd1053657a951b18887a724ddcbf",
    sha256: "a7def36bb4e4c688c16d37eb60d5d34b2e6dcf6438c05bc86dea918fda04c6c7",
    sizeBytes: 31_011_816,
  },
  {
    name: "once-for-all MobileNetV3 w1.2",
    fileName: "ofa_mbv3_d234_e346_k357_w1.2",
    gitBlobId: "d75a3613bae216091f61fc4b7df77d49cc82ed32",
  },
];

/** What a file's digests say about where it comes from. */
export type CheckpointOrigin =
  | { readonly kind: "published"; readonly checkpoint: KnownCheckpoint }
  /** As long as a published file, but not the same bytes: most likely a damaged download. */
  | { readonly kind: "altered"; readonly checkpoint: KnownCheckpoint }
  | { readonly kind: "unknown" };

/** Compares a file with the published ones; either digest is proof. */
export function checkpointOrigin(identity: FileIdentity): CheckpointOrigin {
  const { sizeBytes, sha256, gitBlobId } = identity;
  const published = knownCheckpoints.find(
    (known) => known.gitBlobId === gitBlobId || known.sha256 === sha256,
  );
  if (published) return { kind: "published", checkpoint: published };
  const sameSize = knownCheckpoints.find((known) => known.sizeBytes === sizeBytes);
  return sameSize ? { kind: "altered", checkpoint: sameSize } : { kind: "unknown" };
}
