import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // Most tests wait for services and timers of their own; more workers than this would fight for two cores.
    maxWorkers: 3,
    pool: 'forks',
  },
});
