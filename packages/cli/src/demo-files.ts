import { fileURLToPath } from "node:url";

function demoFile(name: string): string {
  return fileURLToPath(new URL(`../../demo/${name}`, import.meta.url));
}

/** The manifest of the digits supernet. */
export function demoManifestPath(): string {
  return demoFile("digits.yaml");
}

/** The search that the quickstart runs. */
export function quickstartConfigPath(): string {
  return demoFile("quickstart.yaml");
}
