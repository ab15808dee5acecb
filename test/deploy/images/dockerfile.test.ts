import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DockerfileParser } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { contextFiles } from "./build-context.js";
import { flagOf, type Stage, stagesOf } from "./dockerfile.js";

/** A version to read, and the digest that rules. */
const imagePin = /^[a-z/]+:\d+\.\d+\.\d+-[a-z0-9.-]+@sha256:[0-9a-f]{64}$/u;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = readFileSync(`${root}/deploy/Dockerfile`, "utf8");
const dockerfile = DockerfileParser.parse(text);
const stages = stagesOf(dockerfile);
const images = stages.filter(({ name }) => !stages.some(({ needs }) => needs.includes(name)));

const of = (stage: Stage, ...keywords: readonly string[]) =>
  stage.instructions.filter((instruction) => keywords.includes(instruction.getKeyword()));
const lines = (stage: Stage, ...keywords: readonly string[]) =>
  of(stage, ...keywords).map((instruction) => instruction.getArgumentsContent() ?? "");

describe("deploy/Dockerfile", () => {
  let context: readonly string[];
  beforeAll(async () => {
    context = await contextFiles(root);
  });

  it("has the images that are spoken of and no problem that the linter knows", () => {
    expect(validate(text)).toEqual([]);
    expect(images.map(({ name }) => name)).toEqual(["evaluator-gpu", "cli", "service"]);
  });

  it("begins with versions of images, never with what moves", () => {
    const names = stages.map(({ name }) => name);
    const bases = stages.map(({ base }) => base).filter((base) => !names.includes(base));
    for (const base of bases) expect(base).toMatch(imagePin);
    expect(text).not.toMatch(/latest|apt-get|curl |wget /u);
  });

  it("uses the Node and the pnpm that the repository names", () => {
    const { packageManager, engines } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
    expect(text).toContain(`npm install --global ${packageManager}`);
    const [, major, minor] = /node:(\d+)\.(\d+)\./u.exec(text) ?? [];
    expect(major).toBe(readFileSync(`${root}/.node-version`, "utf8").trim());
    const [, leastMajor, leastMinor] = /^>=(\d+)\.(\d+)$/u.exec(engines.node) ?? [];
    expect([leastMajor, Number(minor) >= Number(leastMinor)]).toEqual([major, true]);
    const version = JSON.parse(readFileSync(`${root}/package.json`, "utf8")).version;
    for (const image of images) expect(lines(image, "ARG")).toContain(`VERSION=${version}`);
  });

  it("copies only what the context and earlier stages have", () => {
    const copies = stages.flatMap((stage, i) => of(stage, "COPY").map((copy) => ({ copy, i })));
    expect(copies.length).toBeGreaterThan(5);
    for (const { copy, i } of copies) {
      const from = flagOf(copy, "from");
      if (from !== undefined) {
        expect(stages.slice(0, i).map(({ name }) => name)).toContain(from);
        continue;
      }
      for (const source of copy.getArguments().slice(0, -1)) {
        const path = source.getValue();
        const isThere = (file: string) => file === path || file.startsWith(`${path}/`);
        expect(path === "." || context.some(isThere), path).toBe(true);
      }
    }
  });

  it("installs from the lockfile and runs nothing that a test outside Docker could not", () => {
    const runs = stages
      .filter(({ name }) => name !== "base")
      .flatMap((stage) => lines(stage, "RUN"));
    const installs = runs.filter((run) => /pnpm (install|i|add)\b/u.test(run));
    expect(installs).toHaveLength(2);
    for (const install of installs) {
      expect(install).toContain(" --frozen-lockfile");
      expect(install).not.toContain("--no-");
    }
    for (const run of runs) expect(run).not.toMatch(/(^|[\s"'=])\//u);
  });

  it("ends in images that run nothing while built, as user 10001, with commands without a shell", () => {
    for (const image of images) {
      expect(of(image, "RUN", "ADD", "VOLUME", "ONBUILD"), image.name).toEqual([]);
      const last = image.instructions.map((instruction) => instruction.getKeyword());
      expect(last.slice(last.indexOf("USER"))).toEqual(
        image.name === "cli" ? ["USER", "ENTRYPOINT", "CMD"] : ["USER", "CMD"],
      );
      expect(lines(image, "USER")).toEqual(["10001:10001"]);
      for (const command of lines(image, "ENTRYPOINT", "CMD")) {
        expect(JSON.parse(command)).toEqual(expect.any(Array));
      }
      const labels = lines(image, "LABEL").join(" ");
      for (const label of ["title", "version", "revision", "licenses"]) {
        expect(labels).toContain(`org.opencontainers.image.${label}=`);
      }
    }
  });

  it("holds no secrets and is sent none", () => {
    const said = stages.flatMap((stage) => lines(stage, "ARG", "ENV")).join("\n");
    expect(said).not.toMatch(/key|token|password|secret|credential/iu);
    const tops = new Set(context.map((path) => path.split("/")[0]));
    expect([...tops].sort()).toEqual([
      ...["deploy", "package.json", "packages", "pnpm-lock.yaml", "pnpm-workspace.yaml", "proto"],
      ...["scripts", "services", "supernets", "turbo.json"],
    ]);
    expect(context.filter((path) => /\.env|\.test\.ts$|\/dist\//u.test(path))).toEqual([]);
  });

  it("fetches the CUDA libraries by a name that ONNX Runtime's own script knows", () => {
    const wanted = /--onnxruntime-node-install=(\w+)/u.exec(text)?.[1];
    const script = `${root}/test/node_modules/onnxruntime-node/script/install-metadata.js`;
    expect(readFileSync(script, "utf8")).toContain(`'linux/x64': ['${wanted}']`);
    expect(stages.find(({ name }) => name === "evaluator-gpu")?.base).toMatch(
      /^nvidia\/cuda:12\./u,
    );
    const catalog = parse(readFileSync(`${root}/pnpm-workspace.yaml`, "utf8")).catalog;
    // Another version may be built for another CUDA: look at its release notes and at the base image.
    expect(catalog["onnxruntime-node"]).toBe("1.30.0");
  });
});
