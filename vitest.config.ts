import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Drivers and rounds share two cores with whatever runs beside them; files run one after the
    // other so that a bounded wait is not spent waiting for the processor.
    fileParallelism: false,
    // Kills and orders of real times happen on a shared machine there: twice in a row is a failure.
    // Here nothing is repeated, so that a test that fails now and then is seen and mended.
    retry: process.env.CI ? 1 : 0,
  },
});
