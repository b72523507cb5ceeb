// Our token verifier beside aws-jwt-verify. It stands apart from the other tests because it needs a Rust program.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    // Two thousand signatures on two busy cores, and a program that may have to be built before.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
