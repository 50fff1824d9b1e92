import { defineConfig } from "vitest/config";

import { WAIT_MS } from "./server.ts";

export default defineConfig({
  test: {
    include: ["browser/**/*.test.ts"],
    // One server and one browser serve a file of tests; files come one after the other.
    fileParallelism: false,
    // Of tests that may run beside each other: a server, a browser and two cores are busy with so many.
    maxConcurrency: 3,
    // A busy machine is many times slower than an idle one; what never comes is told by the single wait, not by these.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: WAIT_MS } },
    retry: 0,
    // What is wrong is said whole, also where the end of the record is all that one has.
    chaiConfig: { truncateThreshold: 0 },
  },
});
