// Prints the path of the CDK app's template, synthesised for this laptop; for tests and other tools.
import { synthesise } from './lib/synthesise.mjs';

console.log(await synthesise({}));
