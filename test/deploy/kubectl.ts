import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type Manifest, parseManifests } from "./manifest.js";

/** The first one whose kustomize knows components and the rest that the overlays use. */
const leastMinor = 21;

export const kustomizeDirectory = fileURLToPath(
  new URL("../../deploy/kustomize/", import.meta.url),
);

/** `$COLLM_KUBECTL` or the `kubectl` of the path, 1.21 or newer; undefined where there is none. */
export function findKubectl(): string | undefined {
  const candidates = [process.env.COLLM_KUBECTL, "kubectl", "/usr/bin/kubectl"];
  return candidates.find((program) => program && isNewEnough(program));
}

function isNewEnough(program: string): boolean {
  const { status, stdout } = spawnSync(program, ["version", "--client", "--output=json"], {
    encoding: "utf8",
  });
  if (status !== 0) return false;
  const [, major, minor] = /"gitVersion": *"v(\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) > 1 || Number(minor) >= leastMinor;
}

/** Names of the overlays, or of the components. */
export function namesIn(group: "overlays" | "components"): readonly string[] {
  return readdirSync(`${kustomizeDirectory}${group}`);
}

/** Names of the components that an overlay uses. */
export function componentsOf(overlay: string): readonly string[] {
  const file = `${kustomizeDirectory}overlays/${overlay}/kustomization.yaml`;
  const { components = [] } = parse(readFileSync(file, "utf8")) as {
    readonly components?: readonly string[];
  };
  return components.map((path) => path.replace("../../components/", ""));
}

/** What `kubectl apply --kustomize` would send; `path` is relative to `deploy/kustomize`. */
export function render(kubectl: string, path: string): readonly Manifest[] {
  return renderFolder(kubectl, `${kustomizeDirectory}${path}`);
}

/** The same of any folder with a kustomization. */
export function renderFolder(kubectl: string, folder: string): readonly Manifest[] {
  return parseManifests(execFileSync(kubectl, ["kustomize", folder], { encoding: "utf8" }));
}
