// Starts the stack once for all test files, and tells them its folder.
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { launchOptions } from './chromium.ts';
import { RunningStack } from './stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    folder: string;
  }
}

/** Vitest calls this before the first file; what it gives back, after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Before the stack, which takes longer: without a browser there is nothing to start it for.
  launchOptions();
  const stack = await RunningStack.start();
  project.provide('folder', stack.folder);
  return () => stack.stop();
}
