import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Command, PUSH, USERS } from '../back-end/options.ts';

const ID = 'order-4711-shipped';
const HERE = { state: '.local' };
const MESSAGE = ['--channel', 'user:a', '--content', '{"hello":1}'];

function inputOf(command: Command | undefined): unknown {
  return command && 'input' in command ? command.input : undefined;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('npm run push', () => {
  it('publishes to the stack on this machine', () => {
    expect(PUSH.read([...MESSAGE, '--id', ID, '--name', 'The shop'])).toEqual({
      target: HERE,
      input: { action: 'publish', channel: 'user:a', content: { hello: 1 }, id: ID, name: 'The shop' },
    });
  });

  it('makes up an id where none is given, another one each time, so that a repeated call publishes once', () => {
    // WHEN
    const ids = [PUSH.read(MESSAGE), PUSH.read(MESSAGE)].map((command) => (inputOf(command) as { id: string }).id);
    // THEN
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{16,64}$/);
    expect(new Set(ids).size).toBe(2);
  });

  it('leaves the name to fn-push where none is given', () => {
    expect(inputOf(PUSH.read(MESSAGE))).not.toHaveProperty('name');
  });

  it.each([
    ['"text"', 'text'],
    ['0', 0],
    ['null', null],
    ['[1,{"a":"ü"}]', [1, { a: 'ü' }]],
  ])('takes %s as content', (text, content) => {
    expect(inputOf(PUSH.read(['--channel', 'all', '--content', text]))).toMatchObject({ content });
  });

  it.each([
    [['--state', 'elsewhere'], { state: 'elsewhere' }],
    [['--stack', 'Carillon'], { stack: 'Carillon' }],
  ])('with %j asks %j', (args, target) => {
    expect(PUSH.read([...MESSAGE, ...args])?.target).toEqual(target);
  });

  it('takes a value that begins with a hyphen behind an equals sign', () => {
    expect(inputOf(PUSH.read([...MESSAGE, '--id=-abcdefghijklmnop']))).toMatchObject({ id: '-abcdefghijklmnop' });
  });

  it.each([
    [[], '--channel is missing'],
    [['--channel', 'all'], '--content is missing'],
    [['--channel', '', '--content', '1'], '--channel is missing'],
    [['--channel', 'all', '--content', 'hello'], `--content is no JSON (a text needs its quotes too, as in '"hello"')`],
    [[...MESSAGE, '--stack', 'a', '--state', 'b'], '--stack and --state exclude each other'],
    [[...MESSAGE, '--stack', ''], '--stack needs a value'],
    [[...MESSAGE, '--state='], '--state needs a value'],
    [[...MESSAGE, 'more'], `Unexpected argument 'more'`],
    [[...MESSAGE, '--to', 'x'], `Unknown option '--to'`],
    [['--channel'], `Option '--channel <value>' argument missing`],
    [[...MESSAGE, '--id', '-x'], `Option '--id' argument is ambiguous`],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => PUSH.read(args)).toThrow(`${sentence}: "npm run push -- --help" tells how it is written.`);
  });

  it('refuses to guess where npm took an option for itself', () => {
    vi.stubEnv('npm_config_stack', 'true');
    expect(() => PUSH.read(MESSAGE)).toThrow('npm took --stack for itself, which belongs behind two dashes');
  });
});

describe('npm run users', () => {
  it.each(['connections', 'disconnect'])('%s names one user', (action) => {
    expect(USERS.read([action, '5c1e'])).toEqual({ target: HERE, input: { action, user: '5c1e' } });
    expect(USERS.read([action, '5c1e', '--stack', 'Carillon'])?.target).toEqual({ stack: 'Carillon' });
    expect(USERS.read(['--state', 'b', action, '5c1e'])?.target).toEqual({ state: 'b' });
  });

  it('disconnects one sign-in of a user, and lists no single one', () => {
    expect(USERS.read(['disconnect', '5c1e', '--origin-jti', 'b1-c2'])?.target).toEqual(HERE);
    expect(USERS.read(['disconnect', '5c1e', '--origin-jti', 'b1-c2'])).toMatchObject({ input: { action: 'disconnect', user: '5c1e', originJti: 'b1-c2' } });
    expect(() => USERS.read(['connections', '5c1e', '--origin-jti', 'b1-c2'])).toThrow('--origin-jti belongs to disconnect');
    vi.stubEnv('npm_config_origin_jti', 'b1-c2');
    expect(() => USERS.read(['disconnect', '5c1e'])).toThrow('npm took --origin-jti for itself, which belongs behind two dashes');
  });

  it('finds one by name', () => {
    expect(USERS.read(['find', 'alice'])).toEqual({ target: HERE, find: 'alice' });
    expect(USERS.read(['find', 'alice', '--stack', 'Carillon'])).toEqual({ target: { stack: 'Carillon' }, find: 'alice' });
  });

  it.each([[[]], [['find']], [['find', 'a', 'b']], [['connections']], [['delete', '5c1e']], [['disconnect', '']], [['disconnect', 'a', 'b']]])('refuses %j in one sentence', (args) => {
    const sentence = 'Write "find" and the name of one user, or "connections" or "disconnect" and the id of one: "npm run users -- --help" tells how it is written.';
    expect(() => USERS.read(args)).toThrow(sentence);
  });
});

describe.each([
  ['push', PUSH],
  ['users', USERS],
])('npm run %s -- --help', (command, { read, help }) => {
  it('is an answer, whatever else is missing', () => {
    expect(read(['--help'])).toBeUndefined();
    expect(help).toContain(`npm run ${command} -- `);
  });
});
