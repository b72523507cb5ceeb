// Prints the path of the CDK app's template, synthesised for this laptop with the context values `key=value` of the
// command line; for tests and other tools.
import { contextOf, synthesise } from './lib/synthesise.mjs';

console.log(await synthesise(contextOf(process.argv.slice(2))));
