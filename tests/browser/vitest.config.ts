// The browser tests: one real browser and one stack, started by `npm start`, for all of them.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    globalSetup: ['setup.ts'],
    // One after the other: they share a stack, and two cores.
    fileParallelism: false,
    // A development build on two busy cores; what is awaited is a signal, never a time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
