// How the commands of a back end end: an answer as one line of JSON and 0, a refusal or failure as a sentence and 1, a command
// line that makes no sense as a sentence and 2.
import { ask, CommandError } from './invoke.ts';
import { type Syntax, UsageError } from './options.ts';

// The lock file decides which SDK is used, and with it which Node is enough.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** Runs a command with the arguments of this process. */
export async function run(syntax: Syntax): Promise<void> {
  try {
    const command = syntax.read(process.argv.slice(2));
    console.log(command === undefined ? syntax.help : JSON.stringify(await ask(command)));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
