import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { checkHealth } from "@collm/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltStage, OutsideDocker } from "./build-outside-docker.js";
import { digestOf, filesOf, megabytesOf } from "./file-tree.js";
import { canConfine, runImage, runUnconfined } from "./run-image.js";
import { Running } from "./running.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const services = ["navigator", "generator", "coordinator", "evaluator"] as const;
type Image = (typeof services)[number] | "cli";

/**
 * The command line's image has all services, so one start of each from there tries what every image is
 * made of; the navigator's stands for the others, which have less. `COLLM_IMAGES=all` builds all five, which
 * takes a minute, and starts each service from its own.
 */
const isAll = process.env.COLLM_IMAGES === "all";
const images: readonly Image[] = isAll ? [...services, "cli"] : ["navigator", "cli"];

/** As manifests for Kubernetes start it. */
const entryOf = (service: string) => `services/${service}/dist/main.js`;

/** Files of an image beside its base, in MB: what they are and a little more. */
const maxMegabytes: Record<Image, number> = {
  navigator: 40,
  generator: 40,
  coordinator: 40,
  evaluator: 170,
  cli: 220,
};

/** What `pnpm sbom` says of an image, as `name@version`. */
function packagesOfBill(image: Image): readonly string[] {
  const args = ["--import", "tsx", "scripts/sbom/main.ts", image];
  const bill = JSON.parse(String(execFileSync(process.execPath, args, { cwd: root })));
  return bill.components.map((component: { "bom-ref": string }) => component["bom-ref"]).sort();
}

/** What is installed in a workspace and what it consists of, as `name@version`. */
function packagesIn(workspace: string): readonly string[] {
  const store = join(workspace, "node_modules/.pnpm");
  const installed = filesOf(store).flatMap((path) => {
    const [, folder] =
      /^([^/]+\/node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/u.exec(path) ?? [];
    return folder === undefined ? [] : join(store, folder);
  });
  const own = ["packages", "services"].flatMap((kind) =>
    readdirSync(join(workspace, kind)).map((name) => join(workspace, kind, name)),
  );
  const ids = [...installed, ...own, join(workspace, "proto")].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name}@${version}`;
  });
  return [...new Set(ids)].sort();
}

describe("images", () => {
  let scratch: string;
  let outside: OutsideDocker;
  let built: Map<Image, BuiltStage>;

  const build = async (builder: OutsideDocker, image: Image) =>
    await builder.build(image === "cli" ? "cli" : "service", { SERVICE: image });

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "collm-images-"));
    outside = await OutsideDocker.open(`${root}/deploy/Dockerfile`, root, scratch);
    const stages = await Promise.all(images.map((image) => build(outside, image)));
    built = new Map(stages.map((stage, i) => [images[i] as Image, stage]));
  }, 300_000);
  // Much faster than Node's own.
  afterAll(() => void execFileSync("rm", ["-rf", scratch]), 120_000);

  const imageOf = (image: Image): BuiltStage => {
    const stage = built.get(image) ?? built.get("cli");
    if (stage === undefined) throw new Error(`${image}: is not built`);
    return stage;
  };

  it("hold what runs and nothing else, and the bill of materials says it all", {
    timeout: 120_000,
  }, () => {
    for (const [image, { folder }] of built) {
      const files = filesOf(folder);
      const own = files.filter((path) => !path.includes("/node_modules/"));
      const sources = files.filter((path) => /\.(map|[cm]?ts|py)$|\/\.bin\//u.test(path));
      expect(sources, image).toEqual([]);
      const secret = own.filter((path) => (statSync(join(folder, path)).mode & 0o004) === 0);
      expect(secret, image).toEqual([]);
      expect(packagesIn(join(folder, "app")), image).toEqual(packagesOfBill(image));
      const libraries = files.filter((path) => path.includes("/bin/napi-v6/"));
      const foreign = `/${process.platform}/${process.arch}/`;
      expect(
        libraries.filter((path) => !path.includes(foreign)),
        image,
      ).toEqual([]);
      expect(libraries.length > 0, image).toBe(image === "evaluator" || image === "cli");
      const dangling = files.filter((path) => path.startsWith("app/supernets/") && !isWhole(path));
      expect(dangling, image).toEqual([]);

      const megabytes = megabytesOf(folder);
      process.stdout.write(
        `collm-nas/${image}: ${megabytes.toFixed(0)} MB beside its base image\n`,
      );
      expect(megabytes, image).toBeLessThan(maxMegabytes[image]);

      function isWhole(path: string): boolean {
        return realpathSync(join(folder, path)).startsWith(join(folder, "app/packages/demo/"));
      }
    }
    const manifest = join(imageOf("evaluator").folder, "app/supernets/digits/supernet.yaml");
    expect(lstatSync(realpathSync(manifest)).isFile()).toBe(true);
  });

  it.skipIf(!isAll)(
    "are the same to the byte when built again (COLLM_IMAGES=all)",
    { timeout: 120_000 },
    async () => {
      const first = imageOf("navigator").folder;
      const again = await build(outside.keeping(["base", "tools"]), "navigator");
      expect(again.folder).not.toBe(first);
      expect(filesOf(again.folder)).toEqual(filesOf(first));
      expect(digestOf(again.folder)).toBe(digestOf(first));
    },
  );

  it("are refused without a service", async () => {
    await expect(outside.build("service", {})).rejects.toThrow("SERVICE: is not set, allowed is");
  });

  describeWithNats("in a container's place", () => {
    const run = canConfine() ? runImage : runUnconfined;
    let nats: TestNatsServer;
    const running = new Map<Image, Running>();

    beforeAll(async () => {
      nats = await TestNatsServer.start();
    });
    afterAll(async () => {
      for (const one of running.values()) one.kill();
      await nats.stop();
    });

    it(run === runImage
      ? "start as user 10001 on a read-only root, run a search, and stop in order"
      : "start, run a search, and stop in order (read-only root, user 10001: skipped, may not mount)", {
      timeout: 240_000,
    }, async () => {
      const start = (service: (typeof services)[number], env: Record<string, string> = {}) => {
        const common = {
          COLLM_HOST: "127.0.0.1",
          COLLM_METRICS_PORT: "0",
          COLLM_CACHE_DIR: "/var/cache/collm",
        };
        const command = built.has(service) ? {} : { command: ["node", entryOf(service)] };
        const one = new Running(run(imageOf(service), { env: { ...common, ...env }, ...command }));
        running.set(service, one);
        return one.address();
      };
      const queue = { COLLM_NATS_URL: nats.url };
      const [navigator, generator, evaluator] = await Promise.all([
        start("navigator"),
        start("generator"),
        start("evaluator", { ...queue, COLLM_SUPERNETS: "supernets/digits/supernet.yaml" }),
      ]);
      const coordinator = await start("coordinator", {
        ...queue,
        COLLM_NAVIGATOR_ADDRESS: navigator,
        COLLM_GENERATOR_ADDRESS: generator,
        COLLM_EVALUATOR_ADDRESS: evaluator,
      });
      for (const address of [navigator, generator, evaluator, coordinator]) {
        expect(await checkHealth(address, { timeoutMs: 10_000 })).toBe("SERVING");
      }
      for (const service of services) {
        if (run !== runImage) break;
        const pid = running.get(service)?.pid;
        expect(String(execFileSync("ps", ["-o", "uid=,gid=", "-p", String(pid)])).trim()).toMatch(
          /^10001\s+10001$/u,
        );
      }

      const cli = imageOf("cli");
      const search = new Running(
        run(cli, {
          command: [
            ...cli.command.slice(0, 2),
            ...["search", "--coordinator", coordinator, "--supernet", "digits"],
            ...["--budget", "3", "--candidates", "3", "--out", "/tmp/run"],
          ],
        }),
      );
      running.set("cli", search);
      expect(await search.ended(), search.said).toBe(0);

      for (const service of services) running.get(service)?.terminate();
      for (const service of services) {
        const one = running.get(service);
        expect(await one?.ended(), one?.said).toBe(0);
      }
    });
  });
});
