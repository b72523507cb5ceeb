// The commands as a person runs them, each a process, against something that answers as Lambda and CloudFormation do.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, listen, type Request, type Stub } from './aws-stub.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ID = 'order-4711-shipped';
const USER = '5c1e4a2b-0c1d-4e5f-8a9b-0123456789ab';
const MESSAGE = ['--channel', `user:${USER}`, '--content', '{"hello":1}', '--id', ID];
const INVOKE = '/2015-03-31/functions/Push-1/invocations';

let state: string;
let stub: Stub;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'carillon-push-'));
});

afterEach(() => {
  stub.close();
  rmSync(state, { recursive: true });
});

/** What `npm start` leaves in the state folder, as far as it matters here. */
async function running(answer: (request: Request) => Answer, functions: object = { 'fn-push': 'Push-1' }): Promise<void> {
  stub = await listen(answer);
  writeFileSync(join(state, 'endpoints.json'), JSON.stringify({
    lambda: stub.url, region: 'us-east-1', functions, cognito: { endpoint: stub.url, userPoolId: 'us-east-1_a' },
  }));
}

interface Outcome {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command without any AWS configuration but the variables given. */
function run(command: 'push' | 'users', args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS_|npm_config_)/.test(name)));
  const env = { ...kept, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true', ...variables };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', `scripts/${command}.ts`, ...args], { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('on this machine', () => {
  it('push invokes fn-push where endpoints.json says, and prints the answer as one line', async () => {
    // GIVEN
    await running(() => ({ body: '{\n "channel":"user:a", "seq":7, "at":1, "duplicate":false }' }));
    // WHEN
    const outcome = await run('push', [...MESSAGE, '--name', 'The shop', '--state', state]);
    // THEN
    expect(outcome).toEqual({ code: 0, stdout: '{"channel":"user:a","seq":7,"at":1,"duplicate":false}\n', stderr: '' });
    expect(stub.requests.map(({ path }) => path)).toEqual([INVOKE]);
    expect(JSON.parse(stub.requests[0]?.body ?? '')).toEqual({ action: 'publish', channel: `user:${USER}`, content: { hello: 1 }, id: ID, name: 'The shop' });
  });

  it.each([
    ['connections', '{"connections":[{"connection":"a"}]}'],
    ['disconnect', '{"closed":2}'],
  ])('users %s asks for one user', async (action, body) => {
    await running(() => ({ body }));
    expect(await run('users', [action, '5c1e', '--state', state])).toEqual({ code: 0, stdout: `${body}\n`, stderr: '' });
    expect(JSON.parse(stub.requests[0]?.body ?? '')).toEqual({ action, user: '5c1e' });
  });

  const FIND = '"npm run users -- find NAME" tells the id of a user.\n';
  it.each<['push' | 'users', string[], string, string]>([
    ['users', ['connections', 'alice'], '{"connections":[]}', `Nobody with the id alice is connected: ${FIND}`],
    ['users', ['disconnect', USER], '{"closed":0}', `Nobody with the id ${USER} is connected: ${FIND}`],
    ['push', ['--channel', 'user:alice', '--content', '1'], '{"seq":1}', `The user pool gives no id such as alice, so that nobody reads this: ${FIND}`],
    ['push', ['--channel', `dm:${USER}:bob`, '--content', '1'], '{"seq":1}', `The user pool gives no id such as bob, so that nobody reads this: ${FIND}`],
  ])('%s %j is answered, and told of what is probably no id', async (command, args, body, stderr) => {
    await running(() => ({ body }));
    expect(await run(command, [...args, '--state', state])).toEqual({ code: 0, stdout: `${body}\n`, stderr });
  });

  it('users disconnect of one sign-in is told as it is: the user may well be connected by another', async () => {
    await running(() => ({ body: '{"closed":0}' }));
    const outcome = await run('users', ['disconnect', USER, '--origin-jti', 'b1-c2', '--state', state]);
    expect(outcome).toEqual({ code: 0, stdout: '{"closed":0}\n', stderr: '' });
    expect(JSON.parse(stub.requests[0]?.body ?? '')).toEqual({ action: 'disconnect', user: USER, originJti: 'b1-c2' });
  });

  it('users find asks the pool for the id of a name', async () => {
    const body = JSON.stringify({ Username: 'alice', UserAttributes: [{ Name: 'sub', Value: USER }, { Name: 'email', Value: 'a@example.org' }] });
    await running(() => ({ body }));
    expect(await run('users', ['find', 'alice', '--state', state])).toEqual({ code: 0, stdout: `{"id":"${USER}","username":"alice"}\n`, stderr: '' });
    expect(JSON.parse(stub.requests[0]?.body ?? '')).toEqual({ UserPoolId: 'us-east-1_a', Username: 'alice' });
  });

  it('users find says so where nobody has that name', async () => {
    await running(() => ({ status: 400, body: '{"__type":"UserNotFoundException","message":"User does not exist."}' }));
    const { code, stderr } = await run('users', ['find', 'carol', '--state', state]);
    expect([code, stderr]).toEqual([1, 'The user pool has no user with the name carol.\n']);
  });

  it.each([
    ['{"error":{"code":"invalid","message":"No such channel."}}', 'invalid: No such channel.\n'],
    ['{"error":{"code":"invalid","message":"Too long.","field":"name"}}', 'invalid: Too long. (name)\n'],
  ])('the refusal %s is told with its code and message', async (body, stderr) => {
    await running(() => ({ body }));
    expect(await run('push', [...MESSAGE, '--state', state])).toEqual({ code: 1, stdout: '', stderr });
  });

  it('a failure of the function is told, and not taken for an answer', async () => {
    await running(() => ({ headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"the table is away"}' }));
    const { code, stdout, stderr } = await run('push', [...MESSAGE, '--state', state]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^fn-push failed.*the table is away.*\n$/);
  });

  it('a refusal of Lambda is told', async () => {
    await running(() => ({ status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: '{"message":"Function not found: Push-1"}' }));
    const { code, stderr } = await run('push', [...MESSAGE, '--state', state]);
    expect([code, stderr]).toEqual([1, 'fn-push could not be asked: Function not found: Push-1\n']);
  });

  it('without a running stack one sentence says how to get one', async () => {
    await running(() => ({ body: '{}' }));
    rmSync(join(state, 'endpoints.json'));
    const { code, stderr } = await run('push', [...MESSAGE, '--state', state]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^No stack runs here .*: run "npm start", .*\.\n$/)]);
  });

  it('a stack without fn-push is told of', async () => {
    await running(() => ({ body: '{}' }), {});
    const { code, stderr } = await run('push', [...MESSAGE, '--state', state]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('has no fn-push')]);
    expect(stub.requests).toEqual([]);
  });

  it('a command line that makes no sense ends with 2 and asks nobody', async () => {
    await running(() => ({ body: '{}' }));
    const { code, stdout, stderr } = await run('push', ['--channel', 'all', '--state', state]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('--content is missing: "npm run push -- --help" tells how it is written.\n');
    expect(stub.requests).toEqual([]);
  });
});

// The SDK's own variable puts the stub in AWS's place.
describe('on AWS', () => {
  const described = (outputs: string): Answer => ({
    body: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
      <StackName>Carillon</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  });
  const output = (key: string, value: string): string => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`;
  const variables = (): Record<string, string> => ({ AWS_ENDPOINT_URL: stub.url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' });

  it('the function is the one that the stack\'s output names', async () => {
    // GIVEN
    const outputs = output('WebUrl', 'https://chat.example.org') + output('PushFunctionName', 'Push-1');
    await running(({ path }) => (path === INVOKE ? { body: '{"closed":0}' } : described(outputs)));
    // WHEN
    const outcome = await run('users', ['disconnect', '5c1e', '--stack', 'Carillon'], variables());
    // THEN
    expect(outcome).toMatchObject({ code: 0, stdout: '{"closed":0}\n' });
    expect(stub.requests.map(({ path }) => path)).toEqual(['/', INVOKE]);
    expect(stub.requests[0]?.body).toContain('Action=DescribeStacks');
    expect(stub.requests[0]?.body).toContain('StackName=Carillon');
  });

  it('another kind of stack is told of', async () => {
    await running(() => described(output('WebUrl', 'https://chat.example.org')));
    const { code, stderr } = await run('push', [...MESSAGE, '--stack', 'Carillon'], variables());
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Stack Carillon has no output PushFunctionName: .*\.\n$/)]);
  });

  it('users find asks the pool that the stack\'s output names', async () => {
    const user = JSON.stringify({ Username: 'alice', UserAttributes: [{ Name: 'sub', Value: USER }] });
    await running(({ body }) => (body.includes('DescribeStacks') ? described(output('UserPoolId', 'eu-west-1_b')) : { body: user }));
    const outcome = await run('users', ['find', 'alice', '--stack', 'Carillon'], variables());
    expect(outcome).toEqual({ code: 0, stdout: `{"id":"${USER}","username":"alice"}\n`, stderr: '' });
    expect(JSON.parse(stub.requests[1]?.body ?? '')).toEqual({ UserPoolId: 'eu-west-1_b', Username: 'alice' });
  });

  it('without a region the variable that is missing is named', async () => {
    await running(() => ({ body: '{}' }));
    const others = Object.fromEntries(Object.entries(variables()).filter(([name]) => name !== 'AWS_REGION'));
    const { code, stderr } = await run('push', [...MESSAGE, '--stack', 'Carillon'], others);
    expect([code, stderr]).toEqual([1, 'fn-push could not be asked: no region is set: set AWS_REGION to the one of the stack.\n']);
    expect(stub.requests).toEqual([]);
  });

  it('what AWS refuses is told', async () => {
    const body = '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id Carillon does not exist</Message></Error></ErrorResponse>';
    await running(() => ({ status: 400, body }));
    const { code, stderr } = await run('push', [...MESSAGE, '--stack', 'Carillon'], variables());
    expect([code, stderr]).toEqual([1, 'fn-push could not be asked: Stack with id Carillon does not exist\n']);
  });
});
