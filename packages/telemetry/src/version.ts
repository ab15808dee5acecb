import { readFileSync } from "node:fs";

/** Of this software; all packages have the same. */
export const collmVersion: string = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).version;
