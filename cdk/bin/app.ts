// Entry point of synthesis. What the person at the command line can mend ends it with one sentence.
import { createApp } from '../lib/app.ts';
import { SynthesisError } from '../lib/synthesis-error.ts';

try {
  const app = createApp();
  // The CDK's own check is switched off by the same variable.
  if (process.env['CDK_VALIDATION'] !== 'false') (await import('../lib/checks.ts')).addChecks(app);
  app.synth();
} catch (error) {
  if (!(error instanceof SynthesisError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
