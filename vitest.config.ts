import { defineConfig } from "vitest/config";

// Otherwise as Node resolves: with "module", files for bundlers would be taken, which Node cannot run.
const conditions = ["@collm/source"];

export default defineConfig({
  resolve: { conditions: [...conditions, "node", "development|production"] },
  ssr: { resolve: { conditions: [...conditions, "node", "development|production"] } },
  test: {
    include: ["{proto,packages,services,test,scripts}/**/*.test.ts"],
    globalSetup: "scripts/compile-for-tests.ts",
    // Two cores: end-to-end tests start several processes each.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
