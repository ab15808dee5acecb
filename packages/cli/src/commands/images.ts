import { CollmError } from "@collm/errors";
import {
  familyImages,
  imageFamilies,
  openPackedImages,
  type PackSummary,
  packImageFolder,
  type Selection,
} from "@collm/images";
import type { Command } from "commander";
import { sayProblems } from "../image-locator.js";
import { type Output, processOutput } from "../output.js";
import { PackProgressLine } from "../progress/pack-progress.js";
import { stopSignal } from "../stop-signal.js";

interface PackFlags {
  readonly family: string;
  readonly output: string;
  readonly resolutions?: string;
  readonly limit?: string;
  readonly perClass?: string;
  readonly seed?: string;
  readonly exclude?: readonly string[];
  readonly json?: boolean;
}

/** Adds `collm images pack DIR` to the program. */
export function addImagesCommand(program: Command): void {
  const images = program.command("images").description("prepare images for supernets");
  images
    .command("pack")
    .description("decode and resize an ImageNet-style folder (one folder per class) once")
    .argument("<dir>", "folder with one folder of JPEG or PNG files per class")
    .requiredOption("--family <name>", imageFamilies.join(", "))
    .requiredOption("--output <file>", "the packed set (.safetensors)")
    .option("--resolutions <sizes>", "sizes in pixels, e.g. 160,176,192 (default: the family's)")
    .option("--limit <n>", "at most n images, chosen at random")
    .option("--per-class <n>", "at most n images of each class, chosen at random")
    .option("--seed <n>", "seed of the choice (default: the family's for held-out images)")
    .option("--exclude <file...>", "leave out the images that these packed sets hold")
    .option("--json", "print the summary as JSON")
    .action(async (directory: string, flags: PackFlags) => {
      await packFromFlags(directory, flags, processOutput);
    });
}

async function packFromFlags(directory: string, flags: PackFlags, output: Output): Promise<void> {
  const selection = selectionOf(flags);
  const resolutions = flags.resolutions
    ?.split(",")
    .map((text) => parseCount("--resolutions", text));
  const exclude = await excludedBy(flags.exclude ?? []);
  const startedAtMs = Date.now();
  const line = new PackProgressLine(output, Date.now);
  const notice = (text: string): void => {
    line.clear();
    output.say(text);
  };
  const summary = await packImageFolder(
    directory,
    {
      family: flags.family,
      outputPath: flags.output,
      selection,
      exclude,
      signal: stopSignal({ notice, end: () => line.clear() }),
      ...(resolutions ? { resolutions } : {}),
    },
    (progress) => line.show("packing", progress),
  ).finally(() => line.clear());
  const seconds = (Date.now() - startedAtMs) / 1000;
  saySummary(output, summary, seconds);
  if (flags.json) output.print(JSON.stringify({ ...summary, seconds }));
}

function selectionOf({ family, limit, perClass, seed }: PackFlags): Selection {
  if (limit !== undefined && perClass !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `--limit, --per-class: got ${limit} and ${perClass}, allowed is one of them`,
    );
  }
  const chosenSeed =
    seed === undefined ? familyImages(family).split.validation.seed : parseSeed(seed);
  if (limit !== undefined) {
    return { kind: "limit", count: parseCount("--limit", limit), seed: chosenSeed };
  }
  if (perClass !== undefined) {
    return { kind: "per-class", count: parseCount("--per-class", perClass), seed: chosenSeed };
  }
  if (seed !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `--seed: got ${seed} without --limit or --per-class, allowed is only with one of them`,
    );
  }
  return { kind: "all" };
}

function parseCount(flag: string, text: string): number {
  if (/^\s*[1-9]\d{0,8}\s*$/.test(text)) return Number(text);
  throw new CollmError(
    "invalid-argument",
    `${flag}: got "${text}", allowed is a whole number from 1 on`,
  );
}

function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed < 2 ** 32) return seed;
  throw new CollmError(
    "invalid-argument",
    `--seed: got "${text}", allowed is a whole number from 0 to 4294967295`,
  );
}

async function excludedBy(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const excluded = new Set<string>();
  for (const path of paths) {
    const images = await openPackedImages(path);
    try {
      const sources = await images.sources();
      if (!sources) {
        throw new CollmError(
          "invalid-argument",
          `--exclude: got ${path}, which does not tell its source files, allowed are sets made by images pack`,
        );
      }
      for (const source of sources) excluded.add(source);
    } finally {
      await images.close();
    }
  }
  return excluded;
}

function saySummary(output: Output, summary: PackSummary, seconds: number): void {
  const { path, images, classes, resolutions, sizeBytes, emptyClasses } = summary;
  const { excludedImages, ignoredFiles } = summary;
  output.say(
    `${path}: ${images} images of ${classes} classes at ${resolutions.join(", ")} pixels, ` +
      `${(sizeBytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`,
  );
  sayProblems(output, summary);
  if (excludedImages > 0) output.say(`${excludedImages} images left out, another set has them`);
  if (ignoredFiles > 0) output.say(`${ignoredFiles} files that are no JPEG or PNG by their name`);
  if (emptyClasses.length > 0) {
    output.say(`${emptyClasses.length} class folders without images: ${listed(emptyClasses)}`);
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
