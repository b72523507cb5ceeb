import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../lib/app.ts';
import { requireCargoLambda } from '../lib/cargo-lambda.ts';
import { SynthesisError } from '../lib/synthesis-error.ts';

const SENTENCE = 'The functions cannot be built, since "cargo lambda" does not run: run `npm run cargo-lambda`, which installs it, and try again.';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-cargo-'));
  vi.stubEnv('CDK_OUTDIR', join(folder, 'cdk.out'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A folder with programs, each a shell script. */
function tools(name: string, programs: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(path, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, program), 0o755);
  }
  return path;
}

// As cargo does: a sub-command is a program in PATH.
const CARGO = 'exec "cargo-$1" "$@"';

describe('requireCargoLambda', () => {
  it('leaves PATH alone where cargo finds it', () => {
    const path = tools('path', { 'cargo': CARGO, 'cargo-lambda': 'exit 0' });
    vi.stubEnv('PATH', path);
    requireCargoLambda(tools('tools', { 'cargo-lambda': 'exit 0' }));
    expect(process.env['PATH']).toBe(path);
  });

  it('puts our own folder into PATH where cargo does not find it', () => {
    const path = tools('path', { cargo: CARGO });
    vi.stubEnv('PATH', path);
    const ours = tools('tools', { 'cargo-lambda': 'exit 0' });
    requireCargoLambda(ours);
    expect(process.env['PATH']).toBe([ours, path].join(delimiter));
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['without cargo-lambda', { cargo: CARGO }, {}],
    ['without cargo', {}, { 'cargo-lambda': 'exit 0' }],
    ['with one that does not run', { cargo: CARGO }, { 'cargo-lambda': 'exit 1' }],
  ])('names the command that helps, %s', (_name, path, ours) => {
    vi.stubEnv('PATH', tools('path', path));
    const folderOfOurs = tools('tools', ours);
    expect(() => {
      requireCargoLambda(folderOfOurs);
    }).toThrow(new SynthesisError(SENTENCE));
  });
});

describe('the stack', () => {
  it('asks for it before it builds anything', () => {
    vi.stubEnv('PATH', tools('path', { cargo: 'exit 1' }));
    expect(() => createApp()).toThrow(new SynthesisError(SENTENCE));
  });

  it('does not ask for it where nothing is built', () => {
    vi.stubEnv('PATH', tools('path', { cargo: 'exit 1' }));
    expect(() => createApp({ 'aws:cdk:bundling-stacks': [] })).not.toThrow();
  });
});
