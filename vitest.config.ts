// Which tests `vitest run` means: those of the CDK app, the commands, the client library, the web client, and of how files hang together. The browser's
// stand apart, in tests/browser, because they need a running stack.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'cdk',
          include: ['cdk/test/**/*.test.ts'],
          // One process, so that the CDK is loaded once and each configuration is synthesised once for all files.
          isolate: false,
          maxWorkers: 1,
          // The CDK's own check of a template takes seconds; app.test.ts switches it on again where it is the subject.
          env: { CDK_VALIDATION: 'false' },
          // A synthesis takes a second, its own process four; a machine that compiles Rust beside it is several times slower.
          testTimeout: 60_000,
        },
      },
      { test: { name: 'scripts', include: ['scripts/test/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'architecture', include: ['tests/architecture/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'client', include: ['client/test/**/*.test.ts'] } },
      { test: { name: 'web', include: ['web/test/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
});
