import type { ImageSet, PackedImages } from "@collm/images";

interface Entry {
  readonly images: Promise<ImageSet>;
  sizeBytes: number;
}

/**
 * Keeps image sets in (shared) memory, the most recently used up to a number of bytes. A search
 * uses every size of its space again and again, but a large set may not fit at all sizes.
 */
export class ImageCache {
  readonly #maxBytes: number;
  /** In the order of use, the latest last. */
  readonly #entries = new Map<string, Entry>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Reads a set or gives the one in memory. Never drops the set it gives, whatever its size. */
  async load(packed: PackedImages, resolution: number): Promise<ImageSet> {
    const key = `${resolution} ${packed.path}`;
    const entry = this.#entries.get(key) ?? { images: packed.load(resolution), sizeBytes: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      const images = await entry.images;
      entry.sizeBytes = images.pixels.byteLength;
      this.#dropOldest();
      return images;
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  #dropOldest(): void {
    let total = [...this.#entries.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const [key, { sizeBytes }] of this.#entries) {
      if (total <= this.#maxBytes || this.#entries.size === 1) return;
      this.#entries.delete(key);
      total -= sizeBytes;
    }
  }
}
