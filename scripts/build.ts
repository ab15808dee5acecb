/** Compiles all packages and services to JavaScript: `pnpm build`. */
import { compile } from "./compile.js";

const startedAt = performance.now();
const files = await compile();
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.error(`${files} files compiled in ${seconds} s`);
