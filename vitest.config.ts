import { defineConfig } from 'vitest/config';

const packages = '{model,edge,cloud,firmware-sim,bench,bin,dashboards/console,system-test}';

export default defineConfig({
  test: {
    include: [`${packages}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
