// Entry point of synthesis. A refused setting ends it with its one sentence, without a stack trace that would bury it.
import { createApp } from '../lib/app.ts';
import { SettingsError } from '../lib/context-values.ts';

try {
  createApp().synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
