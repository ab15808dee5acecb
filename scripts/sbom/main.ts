/**
 * What an image holds beside its base image, as a CycloneDX document on standard output: `pnpm --silent
 * sbom IMAGE`, of the lockfile and the installed packages alone.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { billOfMaterials } from "./bill-of-materials.js";
import { productionPackages } from "./lockfile.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const services = ["navigator", "generator", "coordinator", "evaluator"];

/** Folders of the packages that an image is pruned to, as deploy/Dockerfile does it. */
const images: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(services.map((service) => [service, [`services/${service}`]])),
  cli: ["packages/cli", ...services.map((service) => `services/${service}`)],
};

const [image = "", ...others] = process.argv.slice(2);
const folders = Object.hasOwn(images, image) ? images[image] : undefined;
if (folders === undefined || others.length > 0) {
  const got = process.argv.slice(2).join(" ");
  console.error(`IMAGE: got "${got}", allowed is one of ${Object.keys(images).join(", ")}`);
  process.exitCode = 2;
} else {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const packages = productionPackages(root, folders);
  const roots = folders.map((folder) => {
    const manifest = JSON.parse(readFileSync(`${root}/${folder}/package.json`, "utf8"));
    return `${manifest.name}@${manifest.version}`;
  });
  process.stdout.write(
    await billOfMaterials({ name: `collm-nas/${image}`, version }, packages, roots),
  );
}
