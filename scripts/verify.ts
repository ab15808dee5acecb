/**
 * Everything that must hold, in one run: `pnpm verify`. Every check runs, whatever failed before.
 * The last line is `N passed, N failed`; a check counts like a test.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installTestTools } from "./install-test-tools.js";

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
}

const checks: readonly Check[] = [
  { name: "format and lint", command: ["biome", "ci", "--diagnostic-level=warn", "."] },
  { name: "types", command: ["tsc", "--noEmit", "-p", "tsconfig.json"] },
  { name: "package boundaries", command: ["turbo", "boundaries"] },
  { name: "unused files and exports", command: ["knip"] },
  { name: "proto lint", command: ["buf", "lint"], cwd: "proto" },
  {
    name: "proto compatibility",
    command: ["buf", "breaking", "--against", "released.binpb"],
    cwd: "proto",
  },
  { name: "generated code is current", command: ["node", "scripts/check-generated.mjs"] },
  { name: "house rules", command: ["node", "scripts/check-house-rules.mjs"] },
];

const environment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  NO_COLOR: "1",
};

function run(check: Check): boolean {
  const startedAt = Date.now();
  process.stdout.write(`--- ${check.name}\n`);
  const [command, ...args] = check.command;
  const bins = [
    join(process.cwd(), "node_modules/.bin"),
    join(process.cwd(), "proto/node_modules/.bin"),
  ];
  const { status, error } = spawnSync(command, args, {
    cwd: check.cwd ?? ".",
    stdio: "inherit",
    env: { ...environment, PATH: [...bins, process.env.PATH].join(":") },
  });
  if (error) process.stdout.write(`${error.message}\n`);
  const isGood = status === 0;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${isGood ? "ok" : "FAILED"}: ${check.name} (${seconds} s)\n\n`);
  return isGood;
}

installTestTools();

const failedChecks = checks.filter((check) => !run(check)).map((check) => check.name);

const scratch = mkdtempSync(join(tmpdir(), "collm-verify-"));
const summaryFile = join(scratch, "vitest.json");
const areTestsGood = run({
  name: "tests",
  command: [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${summaryFile}`,
  ],
});

let passed = 0;
let failed = 0;
try {
  const summary = JSON.parse(readFileSync(summaryFile, "utf8"));
  passed = summary.numPassedTests;
  failed = summary.numFailedTests;
} catch {
  process.stdout.write("vitest wrote no summary\n");
}
rmSync(scratch, { recursive: true, force: true });

if (failedChecks.length > 0) process.stdout.write(`failed checks: ${failedChecks.join(", ")}\n`);
// A suite that could not be collected fails without a failed test.
const failures = failed + failedChecks.length + (areTestsGood || failed > 0 ? 0 : 1);
process.stdout.write(
  `${passed + checks.length - failedChecks.length} passed, ${failures} failed\n`,
);
process.exitCode = failures === 0 && passed > 0 ? 0 : 1;
