import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["browser/**/*.test.ts"],
    // One server and one browser serve a file of tests; files come one after the other.
    fileParallelism: false,
    // Of tests that may run beside each other: a server, a browser and two cores are busy with so many.
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    retry: 0,
  },
});
