import { defineConfig } from "vitest/config";

const conditions = ["@collm/source"];

export default defineConfig({
  resolve: { conditions: [...conditions, "module", "node", "development|production"] },
  ssr: { resolve: { conditions: [...conditions, "module", "node", "development|production"] } },
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
