import { compile } from "./compile.js";

/** vitest calls this before its first test: end-to-end tests start `collm` from `dist/`. */
export async function setup(): Promise<void> {
  await compile();
}
