/**
 * Makes a pruned, installed and compiled workspace, its working directory, what an image should hold;
 * the Dockerfile calls it: `node trim-image.mjs SERVICE`.
 */
import { chmodSync, existsSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";

const [service] = process.argv.slice(2);
const entry = [`services/${service}`, `packages/${service}`]
  .map((folder) => `${folder}/dist/main.js`)
  .find((file) => existsSync(file));
if (entry === undefined) throw new Error(`SERVICE: got "${service}", which has no dist/main.js`);

// What an image starts by itself, whichever service it has.
symlinkSync(entry, "main.js");

const remove = (path) => rmSync(path, { recursive: true });

// Node runs none of these: our programs run from dist/, and packages bring their sources, types and maps along, which
// are half of what is installed. Links to programs of packages nobody calls, and they name the folder of the build.
const isSource = /\.(map|[cm]?ts|py)$/;
const entries = readdirSync(".", { recursive: true, withFileTypes: true });
for (const item of entries) {
  const path = join(item.parentPath, item.name);
  if (item.isFile() && isSource.test(item.name)) remove(path);
  if (item.isDirectory() && item.name === ".bin") remove(path);
}

// Whoever runs the image is not who built it, and a checkout may be nobody else's to read.
const isOwn = /^(packages|proto|services|supernets)\/(?!(.*\/)?node_modules\/)/;
for (const item of entries) {
  const path = join(item.parentPath, item.name);
  if (isOwn.test(path) && !item.isSymbolicLink() && existsSync(path)) {
    chmodSync(path, item.isDirectory() ? 0o755 : 0o644);
  }
}

// pnpm also installs what only packages for other platforms need, unless the lockfile, which turbo cut out of the
// whole one, happens to call it optional. Nothing links to it but the folder of links to everything.
const store = "node_modules/.pnpm";
const hoisted = join(store, "node_modules");
for (let isDone = false; !isDone; ) {
  const links = entries
    .filter((item) => item.isSymbolicLink() && !item.parentPath.startsWith(hoisted))
    .filter((item) => existsSync(item.parentPath));
  const needed = new Set(
    links.map((item) => {
      const target = readlinkSync(join(item.parentPath, item.name));
      return relative(store, join(item.parentPath, target)).split("/")[0];
    }),
  );
  const orphans = readdirSync(store, { withFileTypes: true }).filter(
    (item) => item.isDirectory() && item.name !== "node_modules" && !needed.has(item.name),
  );
  for (const { name } of orphans) remove(join(store, name));
  isDone = orphans.length === 0;
}
for (const item of entries.filter(({ parentPath }) => parentPath.startsWith(hoisted))) {
  const path = join(item.parentPath, item.name);
  if (item.isSymbolicLink() && !existsSync(path)) remove(path);
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
