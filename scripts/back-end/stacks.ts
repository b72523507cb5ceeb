// Where a stack says what it has: one on this machine in its endpoints.json, one on AWS in its outputs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which stack is meant: the one on this machine with this state folder, or one on AWS. */
export type Target = { readonly state: string } | { readonly stack: string };

/** What keeps a question from being answered; its message is one sentence for the person at the command line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** endpoints.json, as far as the commands need it. */
export interface Endpoints {
  readonly lambda: string;
  readonly region: string;
  readonly functions: Readonly<Record<string, string>>;
  /** Null where the stack has no pool. */
  readonly cognito: { readonly endpoint: string | null; readonly userPoolId: string | null };
}

/** For the emulator, which checks no signature: a person's own credentials are none of its business. */
export const ANY_CREDENTIALS = { accessKeyId: 'any', secretAccessKey: 'any' };

/** What the stack on this machine wrote down. Throws a {@link CommandError}. */
export function endpointsOf(state: string): Endpoints {
  const file = join(state, 'endpoints.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  } catch {
    throw new CommandError(`No stack runs here that has ${file}: run "npm start", or name its folder with --state or a stack on AWS with --stack.`);
  }
}

/** An output of a stack on AWS. Rejects with a {@link CommandError} where it has none of that name. */
export async function outputOf(stack: string, key: string): Promise<string> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const { Stacks: [found] = [] } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stack }));
  const value = found?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  if (value === undefined) throw new CommandError(`Stack ${stack} has no output ${key}: name a stack of this app, or deploy it from this tree.`);
  return value;
}

/** `error` as a {@link CommandError} that begins with `what` could not be done. */
export function commandError(what: string, error: unknown, target: Target): CommandError {
  return error instanceof CommandError ? error : new CommandError(`${what}: ${reason(error, target)}`);
}

function reason(error: unknown, target: Target): string {
  const { message, code, name } = error as { message?: string; code?: string; name?: string };
  if (message === 'Region is missing') return 'no region is set: set AWS_REGION to the one of the stack.';
  if (code === 'ECONNREFUSED' && 'state' in target) return `nothing listens where ${target.state}/endpoints.json says; run "npm start" again.`;
  // A refused connection to a name with two addresses has a code and no message.
  return [message, code, name].find((text) => text) ?? 'no reason was told.';
}
