/** What a manifest's image value is located for. */
export interface ImageNeed {
  readonly split: "validation" | "calibration" | "test";
  /** Family of the supernet, which decides preprocessing and split. */
  readonly family: string;
  /** Sizes that will be asked for, in pixels. */
  readonly resolutions: readonly number[];
  /** The manifest's image values: two splits that name one folder share it out. */
  readonly images: {
    readonly validation?: string;
    readonly calibration?: string;
    readonly test?: string;
  };
  /** Images that the recipe re-estimates statistics with. */
  readonly calibrationImages: number;
}
