import { basename, dirname, extname, resolve } from "node:path";
import { checkValue, fieldName } from "@collm/errors";
import { nasBench201DataSets } from "@collm/search-space";
import { InvalidManifestError, readManifestFile } from "@collm/supernet";
import { z } from "zod";
import type { BenchmarkSettings } from "./benchmark.js";

/** A supernet of which only accuracies are known, as its manifest describes it. */
export interface TableManifest {
  readonly file: string;
  readonly name: string;
  /** Absolute path of the table. */
  readonly path: string;
  readonly settings: BenchmarkSettings;
}

const schema = z.strictObject({
  family: z.literal("table"),
  /** Short name for lists and messages; default is the manifest's file name without extension. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .optional(),
  /** File that `collm import nas-bench-201` wrote, relative to the manifest. */
  table: z.string().min(1),
  dataSet: z.enum(nasBench201DataSets),
  epochs: z.union([z.literal(12), z.literal(200)]).default(200),
  charge: z.enum(["training", "evaluation"]).default("training"),
});

/** Whether the manifest is of a table and not of a supernet with weights. */
export async function isTableManifest(path: string): Promise<boolean> {
  const { value } = await readManifestFile(path);
  return (
    typeof value === "object" && value !== null && "family" in value && value.family === "table"
  );
}

/** Reads the manifest of a table. Throws `InvalidManifestError` with every problem found. */
export async function loadTableManifest(path: string): Promise<TableManifest> {
  const { file, value } = await readManifestFile(path);
  const checked = checkValue(schema, value, (field) => fieldName(field, "the manifest"));
  if (checked.kind === "invalid") throw new InvalidManifestError(file, checked.problems);
  const { name, table, dataSet, epochs, charge } = checked.value;
  return {
    file,
    name: name ?? basename(file, extname(file)),
    path: resolve(dirname(file), table),
    settings: { dataSet, epochs, charge },
  };
}
