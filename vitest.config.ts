import { defineConfig } from 'vitest/config';

const packages =
  '{model,edge,cloud,firmware-sim,bench,bin,packaging,dashboards/console,dashboards/grafana,dashboards/karez-field-panel,system-test}';

export default defineConfig({
  test: {
    include: [`${packages}/**/*.test.ts`],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
