import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { CollmError, withFile } from "@collm/errors";
import { loadManifest, type Manifest, openSupernet, type Subnet } from "@collm/supernet";
import type { StopSignal } from "./progress.js";
import type { RuntimeSettings } from "./runtime.js";

/** What the commands on a single subnet have in common. */
export interface SubnetCommand {
  /** Supernet manifest, YAML. */
  readonly manifestPath: string;
  /** Architecture in the family's notation, JSON. */
  readonly architecturePath: string;
  /** Default: CPU with all cores. */
  readonly runtime?: RuntimeSettings;
  /** Stops between batches. Default: never. */
  readonly signal?: AbortSignal;
}

/** A subnet with the manifest it comes from. */
export interface OpenedSubnet {
  readonly manifest: Manifest;
  readonly subnet: Subnet;
}

/**
 * Cuts the subnet that a command names. Only what the tensors can cut is checked: `r` may be any size
 * from 32 on, since a space's choices restrict the search alone. Throws `invalid-argument` for an
 * architecture file that is unreadable or cannot be cut, and the errors of manifest and weight files.
 */
export async function openSubnet(command: SubnetCommand): Promise<OpenedSubnet> {
  const { manifestPath, architecturePath } = command;
  const manifest = await loadManifest(manifestPath);
  const notation = await readNotation(architecturePath);
  const supernet = await openSupernet(manifest);
  const outcome = supernet.subnetOfNotation(notation);
  if (outcome.kind === "illegal") {
    throw new CollmError(
      "invalid-argument",
      `architecture ${architecturePath}: ${outcome.reasons.join("; ")}`,
    );
  }
  return { manifest, subnet: outcome.subnet };
}

/** The command's settings with the defaults filled in. */
export function executionOf(command: SubnetCommand): {
  readonly runtime: RuntimeSettings;
  readonly stop: StopSignal;
} {
  return {
    runtime: command.runtime ?? { executionProvider: "cpu", threads: availableParallelism() },
    stop: command.signal ?? new AbortController().signal,
  };
}

async function readNotation(path: string): Promise<unknown> {
  const text = await withFile("architecture", path, () => readFile(path, "utf8"));
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new CollmError("invalid-argument", `architecture ${path}: is not JSON (${detail})`, {
      cause,
    });
  }
}
