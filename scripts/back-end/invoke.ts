// Finds a stack's fn-push and invokes it, with the AWS SDK: on a laptop at the emulator's address, with --stack at AWS's own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Command, Target } from './options.ts';

const BINARY = 'fn-push';
const OUTPUT = 'PushFunctionName';

/** What keeps a question from being answered; its message is one sentence for the person at the command line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** An answer of fn-push that says no. */
export class Refusal extends CommandError {
  constructor({ code, message, field }: RefusalBody) {
    super(`${code}: ${message}${field === undefined ? '' : ` (${field})`}`);
  }
}

interface RefusalBody {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

/** Resolves to fn-push's answer; rejects with a {@link CommandError}. */
export async function ask({ target, input }: Command): Promise<unknown> {
  try {
    const { client, functionName } = await ('stack' in target ? onAws(target.stack) : onThisMachine(target.state));
    return await invoke(client, functionName, input);
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(`fn-push could not be asked: ${reason(error, target)}`);
  }
}

interface Place {
  readonly client: LambdaClient;
  readonly functionName: string;
}

async function onThisMachine(state: string): Promise<Place> {
  const { lambda, region, functions } = readEndpoints(join(state, 'endpoints.json'));
  const functionName = functions[BINARY];
  if (functionName === undefined) throw new CommandError(`The stack with the state in ${state} has no ${BINARY}: stop it, and run "npm start" from this tree.`);
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  // The emulator checks no signature, and the person's own credentials are none of its business.
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  return { client: new LambdaClient({ endpoint: lambda, region, credentials }), functionName };
}

interface Endpoints {
  readonly lambda: string;
  readonly region: string;
  readonly functions: Readonly<Record<string, string>>;
}

function readEndpoints(file: string): Endpoints {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  } catch {
    throw new CommandError(`No stack runs here that has ${file}: run "npm start", or name its folder with --state or a stack on AWS with --stack.`);
  }
}

async function onAws(stack: string): Promise<Place> {
  const [{ CloudFormationClient, DescribeStacksCommand }, { LambdaClient }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('@aws-sdk/client-lambda'),
  ]);
  const { Stacks: [found] = [] } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stack }));
  const functionName = found?.Outputs?.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue;
  if (functionName === undefined) throw new CommandError(`Stack ${stack} has no output ${OUTPUT}: name a stack of this app, or deploy it from this tree.`);
  return { client: new LambdaClient(), functionName };
}

async function invoke(client: LambdaClient, functionName: string, input: Command['input']): Promise<unknown> {
  const { InvokeCommand } = await import('@aws-sdk/client-lambda');
  const { Payload, FunctionError } = await client.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(input) }));
  const answer = JSON.parse(new TextDecoder().decode(Payload)) as unknown;
  if (FunctionError !== undefined) throw new CommandError(`fn-push failed, and may succeed another time: ${JSON.stringify(answer)}`);
  if (isRefused(answer)) throw new Refusal(answer.error);
  return answer;
}

function isRefused(answer: unknown): answer is { error: RefusalBody } {
  return typeof answer === 'object' && answer !== null && 'error' in answer;
}

function reason(error: unknown, target: Target): string {
  const { message, code, name } = error as { message?: string; code?: string; name?: string };
  if (code === 'ECONNREFUSED' && 'state' in target) return `nothing listens where ${target.state}/endpoints.json says; run "npm start" again.`;
  // A refused connection to a name with two addresses has a code and no message.
  return [message, code, name].find((text) => text) ?? 'no reason was told.';
}
