/**
 * Makes a pruned, installed and compiled workspace, its working directory, what an image should hold;
 * the Dockerfile calls it: `node trim-image.mjs SERVICE`.
 */
import { chmodSync, existsSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const [service] = process.argv.slice(2);
const entry = [`services/${service}`, `packages/${service}`]
  .map((folder) => `${folder}/dist/main.js`)
  .find((file) => existsSync(file));
if (entry === undefined) throw new Error(`SERVICE: got "${service}", which has no dist/main.js`);

// What an image starts by itself, whichever service it has.
symlinkSync(entry, "main.js");

const remove = (path) => rmSync(path, { recursive: true });

// Programs run from dist/. Whoever runs them is not who built them, and a checkout may be nobody else's to read.
const own = ["packages", "proto", "services", "supernets"].filter((path) => existsSync(path));
for (const top of own) {
  for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path.includes("node_modules") || entry.isSymbolicLink()) continue;
    if (/\.(ts|py)$/.test(path)) remove(path);
    else chmodSync(path, entry.isDirectory() ? 0o755 : 0o644);
  }
}

// Links to programs of packages, which nobody calls and which name the folder that they were installed in.
const folders = readdirSync(".", { recursive: true, withFileTypes: true });
for (const { name, parentPath } of folders.filter((entry) => entry.isDirectory())) {
  if (name === ".bin") remove(join(parentPath, name));
}

// Each platform's ONNX Runtime comes in one package; this one's is a sixth of it.
const runtimes = "node_modules/.pnpm/node_modules/onnxruntime-node/bin/napi-v6";
if (existsSync(runtimes)) {
  for (const platform of readdirSync(runtimes)) {
    if (platform !== process.platform) remove(join(runtimes, platform));
  }
  for (const arch of readdirSync(join(runtimes, process.platform))) {
    if (arch !== process.arch) remove(join(runtimes, process.platform, arch));
  }
}

// The demo is a dependency of whoever can host it.
if (!existsSync("packages/demo")) remove("supernets");

// When it was installed, which differs between two builds of the same.
const times = readdirSync("node_modules").filter((name) =>
  /^\.(modules|pnpm-workspace)/.test(name),
);
for (const name of times) remove(join("node_modules", name));
