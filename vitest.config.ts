import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Drivers and rounds share two cores with whatever runs beside them; files run one after the
    // other so that a bounded wait is not spent waiting for the processor.
    fileParallelism: false,
  },
});
