import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

/** `collm certs --kubernetes`: what a user brings to the manifests, in a folder that is made if need be. */
export function makeSecrets(folder: string): void {
  execFileSync(process.execPath, [program, "certs", "--to", folder, "--kubernetes"], {
    stdio: "pipe",
  });
}
