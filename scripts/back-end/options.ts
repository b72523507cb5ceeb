// The command lines of `npm run push` and `npm run users`: what is to be asked of which stack's fn-push. What a channel,
// an id or a user may look like, fn-push alone decides.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Target } from './stacks.ts';

/** What fn-push takes (cdk/README.md, "From a back end"). */
export type PushInput =
  | { readonly action: 'publish'; readonly channel: string; readonly content: unknown; readonly id: string; readonly name?: string }
  | { readonly action: 'connections' | 'disconnect'; readonly user: string; readonly originJti?: string };

/** A question and whom to ask: fn-push, or the user pool. */
export type Command = { readonly target: Target } & ({ readonly input: PushInput } | { readonly find: string });

/** A command line that makes no sense; its message is one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How one of the commands is written. */
export interface Syntax {
  readonly help: string;
  /** Reads what stands behind the two dashes; `undefined` asks for the help. Throws a {@link UsageError}. */
  readonly read: (args: readonly string[]) => Command | undefined;
}

const TARGET_HELP = `  --state DIR      the stack on this machine that keeps its state in DIR (default: .local)
  --stack NAME     a stack on AWS, with the credentials and the region of the environment
  --help           this text

A value that begins with a hyphen is written --option=VALUE.`;

const TARGET_OPTIONS = { state: { type: 'string' }, stack: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** `npm run push`. */
export const PUSH: Syntax = {
  help: `npm run push publishes to a channel as a back end does: npm run push -- --channel user:ID --content '{"hello":1}'

  --channel NAME   all, room:…, group:…, user:… or dm:…:…
  --content JSON   what is published
  --id ID          the same id again publishes nothing new: 16 to 64 of A-Z a-z 0-9 _ -
  --name NAME      the display name of the sender
${TARGET_HELP}`,
  read: (args) => {
    const { values } = parsed('push', () =>
      parseArgs({
        args: [...args],
        options: { ...TARGET_OPTIONS, channel: { type: 'string' }, content: { type: 'string' }, id: { type: 'string' }, name: { type: 'string' } },
      }),
    );
    if (values.help) return undefined;
    const channel = required('push', 'channel', values.channel);
    const content = json(required('push', 'content', values.content));
    // Always with an id: the SDK repeats a call whose answer was lost, and a repeated id is published once.
    const { id = randomBytes(18).toString('base64url'), name } = values;
    return { target: target('push', values), input: { action: 'publish', channel, content, id, ...(name !== undefined && { name }) } };
  },
};

/** `npm run users`. */
export const USERS: Syntax = {
  help: `npm run users tells who a user is, and lists or ends their connections: npm run users -- connections ID

  find NAME        tells the id of the user who signs in with this name
  connections ID   lists them
  disconnect ID    ends them all, and refuses everything that was signed in before
  --origin-jti J   of disconnect: ends those of one sign-in, as "connections" names it, and refuses that one alone
${TARGET_HELP}`,
  read: (args) => {
    const { values, positionals } = parsed('users', () =>
      parseArgs({ args: [...args], options: { ...TARGET_OPTIONS, 'origin-jti': { type: 'string' } }, allowPositionals: true }),
    );
    if (values.help) return undefined;
    const { 'origin-jti': originJti } = values;
    const [action, user, ...others] = positionals;
    if (originJti !== undefined && action !== 'disconnect') throw misused('users', '--origin-jti belongs to disconnect');
    if (user && others.length === 0) {
      if (action === 'find') return { target: target('users', values), find: user };
      if (action === 'connections') return { target: target('users', values), input: { action, user } };
      if (action === 'disconnect') return { target: target('users', values), input: { action, user, ...(originJti !== undefined && { originJti }) } };
    }
    throw misused('users', 'Write "find" and the name of one user, or "connections" or "disconnect" and the id of one');
  },
};

function parsed<T>(command: string, parse: () => T): T {
  refuseSwallowedOptions(command);
  try {
    return parse();
  } catch (error) {
    // Node's advice after its first sentence is of several lines.
    const [sentence = ''] = (error as Error).message.split(/\. |\n/);
    throw misused(command, sentence);
  }
}

function misused(command: string, sentence: string): UsageError {
  return new UsageError(`${sentence.replace(/\.$/, '')}: "npm run ${command} -- --help" tells how it is written.`);
}

function required(command: string, name: string, value: string | undefined): string {
  if (!value) throw misused(command, `--${name} is missing`);
  return value;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw misused('push', `--content is no JSON (a text needs its quotes too, as in '"hello"')`);
  }
}

function target(command: string, { state, stack }: { state?: string | undefined; stack?: string | undefined }): Target {
  if (stack !== undefined && state !== undefined) throw misused(command, '--stack and --state exclude each other');
  if (stack === '' || state === '') throw misused(command, `--${stack === '' ? 'stack' : 'state'} needs a value`);
  return stack === undefined ? { state: state ?? '.local' } : { stack };
}

// Without the two dashes npm takes an option for itself, and another stack than the one meant would be asked.
function refuseSwallowedOptions(command: string): void {
  for (const name of ['channel', 'content', 'id', 'name', 'origin-jti', 'state', 'stack']) {
    if (process.env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined) {
      throw misused(command, `npm took --${name} for itself, which belongs behind two dashes`);
    }
  }
}
