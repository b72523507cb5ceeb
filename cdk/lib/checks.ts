// AWS's own advice on a solution, as rules: a violation, or a warning, stops the synthesis, unless it is acknowledged
// with its reason beside the resource. In a module of its own because its rules take most of a second to load.
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/** Has the app checked when it is synthesised. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
