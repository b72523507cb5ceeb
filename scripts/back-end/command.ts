// How the commands of a back end end: an answer as one line of JSON and 0, a refusal or failure as a sentence and 1, a command
// line that makes no sense as a sentence and 2.
import { find } from './find.ts';
import { hintOn } from './hints.ts';
import { ask } from './invoke.ts';
import { type Command, type Syntax, UsageError } from './options.ts';
import { CommandError } from './stacks.ts';

// The lock file decides which SDK is used, and with it which Node is enough.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** Runs a command with the arguments of this process. */
export async function run(syntax: Syntax): Promise<void> {
  try {
    const command = syntax.read(process.argv.slice(2));
    console.log(command === undefined ? syntax.help : JSON.stringify(await answerOf(command)));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function answerOf(command: Command): Promise<unknown> {
  if ('find' in command) return find(command.target, command.find);
  const answer = await ask(command.target, command.input);
  const hint = hintOn(command.input, answer);
  if (hint !== undefined) process.stderr.write(`${hint}\n`);
  return answer;
}
