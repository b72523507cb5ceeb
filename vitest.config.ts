// Which tests `vitest run` means: those of the CDK app, on the template it synthesises.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['cdk/test/**/*.test.ts'],
    // A synthesis takes about a second, on a machine that compiles Rust beside it several.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
