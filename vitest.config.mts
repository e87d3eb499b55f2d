import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // Two cores: more workers only slow each other down, and every embedded service brings its own process.
    maxWorkers: 2,
    pool: 'forks',
  },
});
