// Finds a stack's fn-push and invokes it, with the AWS SDK: on a laptop at the emulator's address, with --stack at AWS's own.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { PushInput } from './options.ts';
import { ANY_CREDENTIALS, CommandError, commandError, endpointsOf, outputOf, type Target } from './stacks.ts';

const BINARY = 'fn-push';
const OUTPUT = 'PushFunctionName';

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
export async function ask(target: Target, input: PushInput): Promise<unknown> {
  try {
    const { client, functionName } = await ('stack' in target ? onAws(target.stack) : onThisMachine(target.state));
    return await invoke(client, functionName, input);
  } catch (error) {
    throw commandError('fn-push could not be asked', error, target);
  }
}

interface Place {
  readonly client: LambdaClient;
  readonly functionName: string;
}

async function onThisMachine(state: string): Promise<Place> {
  const { lambda, region, functions } = endpointsOf(state);
  const functionName = functions[BINARY];
  if (functionName === undefined) throw new CommandError(`The stack with the state in ${state} has no ${BINARY}: stop it, and run "npm start" from this tree.`);
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  return { client: new LambdaClient({ endpoint: lambda, region, credentials: ANY_CREDENTIALS }), functionName };
}

async function onAws(stack: string): Promise<Place> {
  const [functionName, { LambdaClient }] = await Promise.all([outputOf(stack, OUTPUT), import('@aws-sdk/client-lambda')]);
  return { client: new LambdaClient(), functionName };
}

async function invoke(client: LambdaClient, functionName: string, input: PushInput): Promise<unknown> {
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
