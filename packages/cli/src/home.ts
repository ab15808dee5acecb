import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Where results are kept that outlive a run: `$COLLM_HOME`, else `~/.cache/collm` (or
 * `$XDG_CACHE_HOME/collm`). Searches share evaluations through it.
 */
export function homeDirectory(): string {
  const { COLLM_HOME, XDG_CACHE_HOME } = process.env;
  if (COLLM_HOME) return resolve(COLLM_HOME);
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "collm");
}

/** The evaluation store's directory. */
export function evaluationsDirectory(): string {
  return join(homeDirectory(), "evaluations");
}

/** Where generated and packed images are. */
export function imageCacheDirectory(): string {
  return join(homeDirectory(), "images");
}
