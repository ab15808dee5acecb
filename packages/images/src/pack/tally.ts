import { CollmError } from "@collm/errors";
import type { ImageFolder } from "../folder/image-folder.js";
import type { ImageGroup } from "../folder/selection.js";
import { ContentDigest, type ImageProblem } from "./provenance.js";
import type { ReadImage } from "./read-candidates.js";
import { SourceStamps } from "./source-stamps.js";

/** Counts what a packing reads. */
export class Tally {
  readonly imagesTotal: number;
  readonly corrupt: ImageProblem[] = [];
  readonly damaged: ImageProblem[] = [];
  /** Candidates read of each group. */
  readonly used: number[];
  images = 0;
  excluded = 0;
  readonly #content: ContentDigest;
  readonly #stamps = new SourceStamps();

  constructor(classes: readonly string[], groups: readonly ImageGroup[]) {
    this.#content = new ContentDigest(classes);
    this.imagesTotal = groups.reduce((sum, { take }) => sum + take, 0);
    this.used = groups.map(() => 0);
  }

  get sourceImages(): number {
    return this.images + this.corrupt.length;
  }

  count(group: number, { source, sha256, stamp, decoded }: ReadImage): void {
    this.used[group] = (this.used[group] ?? 0) + 1;
    this.#stamps.add(source.path, stamp);
    if (decoded.kind === "excluded") {
      this.excluded++;
      return;
    }
    this.#content.add(source.path, sha256);
    if (decoded.kind === "corrupt") {
      this.corrupt.push({ path: source.path, reason: decoded.reason });
      return;
    }
    this.images++;
    if (decoded.damage) this.damaged.push({ path: source.path, reason: decoded.damage });
  }

  /** Throws `invalid-argument` when nothing is left to pack. */
  requireImages({ directory }: ImageFolder): void {
    if (this.images > 0) return;
    const [first] = this.corrupt;
    const why = first
      ? `none of whose ${this.corrupt.length} images can be decoded (${first.path}: ${first.reason})`
      : `all of whose ${this.excluded} images are excluded`;
    throw new CollmError(
      "invalid-argument",
      `image folder: got ${directory}, ${why}, allowed is at least one image to pack`,
    );
  }

  /** To be asked once, at the end. */
  digests(): { readonly content: string; readonly stamps: string } {
    return { content: this.#content.hex(), stamps: this.#stamps.hex() };
  }
}
