import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, it } from "vitest";
import { parse, stringify } from "yaml";
import { until } from "./poll.js";

const run = promisify(execFile);
export const root = fileURLToPath(new URL("../..", import.meta.url));
export const deployedPrometheus = join(root, "deploy/prometheus");

/** Where Prometheus and promtool may be; `scripts/install-test-tools.ts` unpacks them into `.cache`. */
const folders = [
  process.env.COLLM_PROMETHEUS_DIR,
  join(root, ".cache/test-tools/prometheus/usr/bin"),
  "/usr/bin",
  "/usr/local/bin",
];

/** The folder of both programs; undefined where there is none. */
function findPrometheus(): string | undefined {
  return folders.find((folder) =>
    ["prometheus", "promtool"].every(
      (program) =>
        folder && spawnSync(join(folder, program), ["--version"], { stdio: "ignore" }).status === 0,
    ),
  );
}

export const hasPrometheus = findPrometheus() !== undefined;

/** Tests that need a real Prometheus; without one they say what to install. */
export function describeWithPrometheus(name: string, body: () => void): void {
  if (hasPrometheus) describe(name, body);
  else describe(name, () => it.skip("needs Prometheus and promtool (Debian: prometheus)"));
}

/** Runs promtool; its output, whether it succeeds or not. */
export async function promtool(
  ...args: readonly string[]
): Promise<{ readonly isSuccess: boolean; readonly output: string }> {
  const program = join(findPrometheus() ?? "", "promtool");
  return await run(program, args, { cwd: root }).then(
    ({ stdout, stderr }) => ({ isSuccess: true, output: stdout + stderr }),
    (error) => ({ isSuccess: false, output: `${error.stdout}${error.stderr}` }),
  );
}

/** A Prometheus with the configuration and rules that are deployed, but for where the services are. */
export class TestPrometheus {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#url = url;
  }

  /** @param targets `HOST:PORT` of each service's metrics page, instead of names to look up */
  static async start(targets: Readonly<Record<string, string>>): Promise<TestPrometheus> {
    const folder = await mkdtemp(join(tmpdir(), "collm-prometheus-"));
    const config = parse(await readFile(join(deployedPrometheus, "prometheus.yaml"), "utf8"));
    config.global = { scrape_interval: "500ms", evaluation_interval: "500ms" };
    const [{ dns_sd_configs: _, relabel_configs: __, ...job }] = config.scrape_configs;
    job.static_configs = Object.entries(targets).map(([service, target]) => ({
      targets: [target],
      labels: { service },
    }));
    config.scrape_configs = [job];
    config.rule_files = [join(deployedPrometheus, "rules.yaml")];
    await writeFile(join(folder, "prometheus.yaml"), stringify(config));
    await mkdir(join(folder, "data"));
    const child = spawn(
      join(findPrometheus() ?? "", "prometheus"),
      [
        `--config.file=${join(folder, "prometheus.yaml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        "--web.listen-address=127.0.0.1:0",
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const url = await listeningAddress(child);
    return new TestPrometheus(child, folder, url);
  }

  /** An answer of its HTTP API, version 1. */
  async ask(path: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(query)}`);
    const { data } = (await response.json()) as { data: unknown };
    return data;
  }

  /** The value of an expression that gives one; undefined if it gives none. */
  async valueOf(expression: string): Promise<number | undefined> {
    const { result } = (await this.ask("query", { query: expression })) as {
      result: readonly { readonly value: readonly [number, string] }[];
    };
    return result[0] && Number(result[0].value[1]);
  }

  /** Waits until the expression has the value. */
  async until(expression: string, value: number): Promise<void> {
    await until(`${expression} == ${value}`, async () =>
      (await this.valueOf(expression)) === value ? true : undefined,
    );
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Where it listens, from its log: it was free to choose a port. */
function listeningAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    let address: string | undefined;
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      seen.push(line);
      address ??= /msg="Listening on" address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address && line.includes("ready to receive web requests")) resolve(`http://${address}`);
    });
    child.once("exit", () => reject(new Error(`prometheus ended: ${seen.slice(-3).join(" ")}`)));
  });
}
