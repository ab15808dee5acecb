// Rules that no other tool checks: the length of files, and what may not be in a domain package.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const maxLines = 600;
const domain = /^packages\/(errors|search-space|search|report|statistics)\/src\//;
const impure = [
  [/from "node:/, "imports a node: module"],
  [/\bDate\.now\(|\bnew Date\(\)/, "reads the clock"],
  [/\bMath\.random\(/, "draws from the global random generator"],
  [/\bprocess\./, "reads the process"],
];

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => /\.(ts|mjs|py)$/.test(path) && !/(^|\/)gen\//.test(path));

const problems = [];
for (const path of files) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    continue; // deleted, not yet committed
  }
  const lines = text.split("\n").length - 1;
  if (lines > maxLines) problems.push(`${path}: ${lines} lines, allowed are ${maxLines}`);
  if (domain.test(path) && !/\.test\.ts$/.test(path)) {
    for (const [pattern, what] of impure) {
      if (pattern.test(text)) problems.push(`${path}: a domain package ${what}`);
    }
  }
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
