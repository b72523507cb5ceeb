// Builds the app the same way for the CDK's command line, for a direct run and for tests.
import { App } from 'aws-cdk-lib';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { readSettings } from './settings.ts';
import { CarillonStack } from './stack.ts';

/**
 * The app with its one stack, not yet synthesised.
 *
 * `context` adds to what the command line hands over. The feature flags of cdk.json are merged in here, because only
 * the CDK's command line reads that file, and a template must not depend on who asked for it.
 */
export function createApp(context: Readonly<Record<string, unknown>> = {}): App {
  const app = new App({ context: { ...cdkJson.context, ...context }, autoSynth: false });
  const settings = readSettings(app.node.getAllContext() as Record<string, unknown>);
  new CarillonStack(app, 'Carillon', { settings });
  return app;
}
