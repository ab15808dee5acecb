// Regenerates the TypeScript of every .proto into a scratch folder, and the documentation of the
// search configuration, and compares them with what is committed, so that nobody edits generated
// files or forgets to commit them.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const packages = ["proto", "packages/onnx"];

function filesUnder(directory, prefix = "") {
  return readdirSync(join(directory, prefix)).flatMap((name) => {
    const path = join(prefix, name);
    return statSync(join(directory, path)).isDirectory() ? filesUnder(directory, path) : [path];
  });
}

let isCurrent = true;
for (const directory of packages) {
  const scratch = mkdtempSync(join(tmpdir(), "collm-generate-"));
  cpSync(directory, scratch, {
    recursive: true,
    filter: (path) => !/(node_modules|[/\\]gen)([/\\]|$)/.test(path.slice(directory.length)),
  });
  symlinkSync(resolve(directory, "node_modules"), join(scratch, "node_modules"));
  const script = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")).scripts.generate;
  const { status } = spawnSync("sh", ["-c", script], {
    cwd: scratch,
    stdio: "inherit",
    env: { ...process.env, PATH: `${resolve(directory, "node_modules/.bin")}:${process.env.PATH}` },
  });
  if (status !== 0) process.exit(1);
  const fresh = filesUnder(join(scratch, "gen"));
  const committed = filesUnder(join(directory, "gen"));
  for (const path of new Set([...fresh, ...committed])) {
    const isSame =
      fresh.includes(path) &&
      committed.includes(path) &&
      readFileSync(join(scratch, "gen", path)).equals(readFileSync(join(directory, "gen", path)));
    if (!isSame) {
      isCurrent = false;
      console.error(`${directory}/gen/${path} is not what \`pnpm generate\` gives`);
    }
  }
  rmSync(scratch, { recursive: true, force: true });
}

// A document whose package prints it; the others' generated files lie in a folder of their own.
const document = "docs/configuration.md";
const printed = spawnSync(
  process.execPath,
  ["--conditions=@collm/source", "--import", "tsx", "scripts/print-configuration.ts"],
  { cwd: "packages/config", encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
);
if (printed.status !== 0) process.exit(1);
if (printed.stdout !== readFileSync(document, "utf8")) {
  isCurrent = false;
  console.error(`${document} is not what \`pnpm generate\` gives`);
}
process.exit(isCurrent ? 0 : 1);
