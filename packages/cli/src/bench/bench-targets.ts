import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Suite, Target } from "@collm/bench";
import { CollmError } from "@collm/errors";
import { isTableManifest, loadTableManifest } from "@collm/nas-bench-201";
import { nasBench201DataSets } from "@collm/search-space";
import { loadManifest, openSupernet } from "@collm/supernet";
import { demoManifestPath } from "../demo-files.js";
import { type BenchFlags, readNames } from "./bench-flags.js";

/** What the flags say is searched: a table's data sets, manifests, or the demo. */
export async function benchTargets(suite: Suite, flags: BenchFlags): Promise<readonly Target[]> {
  const { table, supernet: manifests = [] } = flags;
  if (table !== undefined && manifests.length > 0) {
    throw new CollmError(
      "invalid-argument",
      `--table, --supernet: got ${table} and ${manifests.join(", ")}, allowed is one of them`,
    );
  }
  if (table === undefined && (flags.dataSets ?? flags.charge) !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `${flags.dataSets === undefined ? "--charge" : "--data-sets"}: allowed is only with --table; a manifest says it itself`,
    );
  }
  if (table !== undefined) return tableTargets(table, flags);
  const paths = manifests.length === 0 && suite.name === "demo" ? [demoManifestPath()] : manifests;
  if (paths.length === 0) {
    throw new CollmError(
      "invalid-argument",
      "--table: got nothing, allowed is a table of NAS-Bench-201 that `collm import nas-bench-201` wrote, or --supernet MANIFEST",
    );
  }
  const targets = await Promise.all(paths.map(manifestTarget));
  const names = targets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return targets;
  throw new CollmError(
    "invalid-argument",
    `--supernet: got two manifests named ${twice}, allowed are different names`,
  );
}

function tableTargets(table: string, flags: BenchFlags): readonly Target[] {
  const dataSets =
    flags.dataSets === undefined
      ? nasBench201DataSets
      : readNames("--data-sets", flags.dataSets, nasBench201DataSets);
  const [charge = "training"] =
    flags.charge === undefined
      ? []
      : readNames("--charge", flags.charge, ["training", "evaluation"] as const);
  return dataSets.map((dataSet) => ({
    kind: "table",
    name: dataSet,
    path: resolve(table),
    settings: { dataSet, epochs: 200, charge },
  }));
}

async function manifestTarget(path: string): Promise<Target> {
  if (await isTableManifest(path)) {
    const { file, name, path: table, settings } = await loadTableManifest(path);
    return { kind: "table", name, path: table, settings, manifest: file };
  }
  const { file, name } = await loadManifest(path);
  return { kind: "supernet", name, manifest: file };
}

/** What the accuracies of a supernet depend on: its weights, and its manifest for all else. */
export async function identityOfSupernet(target: Target): Promise<string> {
  if (target.kind !== "supernet") return "";
  const manifest = await loadManifest(target.manifest);
  const hash = createHash("sha256").update(await readFile(target.manifest));
  if (manifest.weights.kind !== "landscape") hash.update((await openSupernet(manifest)).digest);
  return hash.digest("hex");
}
