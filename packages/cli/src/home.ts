import { access, constants, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { withFile } from "@collm/errors";

/**
 * Where results are kept that outlive a run: `$COLLM_HOME`, else `~/.cache/collm` (or
 * `$XDG_CACHE_HOME/collm`). Searches share evaluations through it.
 */
export function homeDirectory(): string {
  const { COLLM_HOME, XDG_CACHE_HOME } = process.env;
  if (COLLM_HOME) return resolve(COLLM_HOME);
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "collm");
}

/** Makes the home directory; throws if that cannot be or nothing can be written there. */
export async function requireHome(): Promise<string> {
  const home = homeDirectory();
  await withFile("home directory (COLLM_HOME)", home, async () => {
    for (const path of [home, evaluationsDirectory(), imageCacheDirectory()]) {
      await mkdir(path, { recursive: true });
      await access(path, constants.W_OK);
    }
  });
  return home;
}

/** The evaluation store's directory. */
export function evaluationsDirectory(): string {
  return join(homeDirectory(), "evaluations");
}

/** Where generated and packed images are. */
export function imageCacheDirectory(): string {
  return join(homeDirectory(), "images");
}
