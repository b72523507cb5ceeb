import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../lib/app.ts';
import { EXISTING_POOL, OWN_HOST } from './synthesise.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'node_modules', '.bin');
const folder = mkdtempSync(join(tmpdir(), 'carillon-cdk-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly status: number | null;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], environment: Readonly<Record<string, string>>): Run {
  return spawnSync(join(BIN, command), args, { cwd: ROOT, env: { ...process.env, ...environment }, encoding: 'utf8' });
}

/** Runs the app as `npm start` does: without the CDK's command line, and without building the functions. */
function runDirectly(output: string, context: object, environment: Readonly<Record<string, string>> = {}): Run {
  const json = JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [] });
  return run('tsx', ['cdk/bin/app.ts'], { CDK_CONTEXT_JSON: json, CDK_OUTDIR: join(folder, output), ...environment });
}

function read(output: string, file: string): unknown {
  return JSON.parse(readFileSync(resolve(folder, output, file), 'utf8'));
}

/** A template without what may differ between the two ways to make it: the CDK's own metadata, hashes of assets. */
function comparable(output: string): unknown {
  const text = readFileSync(join(folder, output, 'Carillon.template.json'), 'utf8').replaceAll(/[0-9a-f]{64}\.zip/g, 'asset.zip');
  return JSON.parse(text, (key, value: unknown) => {
    if (key.startsWith('aws:')) return undefined;
    return key === 'Metadata' && JSON.stringify(value) === '{}' ? undefined : value;
  });
}

describe('the app, run directly', () => {
  it.each([
    ['dev', EXISTING_POOL],
    ['prod', OWN_HOST],
  ])('in %s makes a template that CloudFormation\'s own rules and AWS\'s advice accept', (name, context) => {
    // WHEN
    const { status, stderr } = runDirectly(name, context, { CDK_VALIDATION: 'true' });
    // THEN
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(read(name, 'validation-report.json')).toMatchObject({ pluginReports: [] });
  });

  it.each([
    ['checks', 'true', 1],
    ['does not check', 'false', 0],
  ])('%s AWS\'s advice, with CDK_VALIDATION=%s', (name, validation, expected) => {
    // GIVEN a check for which nothing is acknowledged
    const preload = join(folder, 'strict.cjs');
    const pack = JSON.stringify(join(ROOT, 'node_modules', 'cdk-nag'));
    writeFileSync(preload, `require(${pack}).AwsSolutionsChecks.prototype.isAcknowledged = () => false;`);
    // WHEN
    const { status, stderr } = runDirectly(name, {}, { CDK_VALIDATION: validation, NODE_OPTIONS: `--require ${preload}` });
    // THEN
    expect(status).toBe(expected);
    expect(stderr.includes('AwsSolutions-S1')).toBe(expected === 1);
  });

  it('makes what the CDK\'s command line makes', () => {
    // GIVEN the command that synthesises without building functions, kept off the network
    const options = ['ls', '--no-notices', '--context', 'allShards=7', '--output', join(folder, 'toolkit')];
    const toolkit = run('cdk', options, { CDK_DISABLE_CLI_TELEMETRY: 'true' });
    expect(toolkit.status).toBe(0);
    // WHEN
    runDirectly('direct', { allShards: 7 });
    // THEN
    expect(comparable('direct')).toEqual(comparable('toolkit'));
  });

  it('has the flags of cdk.json, which the CDK hands over in the other case alone', () => {
    // GIVEN
    const { context } = read(ROOT, 'cdk.json') as { context: object };
    vi.stubEnv('CDK_OUTDIR', join(folder, 'flags'));
    // WHEN
    const app = createApp({ 'aws:cdk:bundling-stacks': [] });
    // THEN
    expect(app.node.getAllContext()).toMatchObject(context);
    vi.unstubAllEnvs();
  });

  it('answers a refused setting with its sentence alone', () => {
    // WHEN
    const { status, stderr } = runDirectly('refused', { profile: 'production' });
    // THEN
    expect(stderr).toBe('Context value "profile" is "production": write dev or prod.\n');
    expect(status).toBe(1);
    expect(() => read('refused', 'manifest.json')).toThrow('ENOENT');
  });
});
