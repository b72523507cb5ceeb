import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment } from 'aws-cdk-lib/aws-s3-deployment';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webClientFiles } from '../lib/web-build.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'carillon-web-'));
  mkdirSync(join(root, 'web'));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ private: true, workspaces: ['web'] }));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A repository whose web client is built by this script. */
function write(script: string): void {
  writeFileSync(join(root, 'web', 'package.json'), JSON.stringify({ name: 'a-web', version: '1.0.0', scripts: { build: 'node build.cjs' } }));
  writeFileSync(join(root, 'web', 'build.cjs'), script);
}

const BUILD = `
  const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
  appendFileSync('runs', '.');
  mkdirSync('out/_next/static', { recursive: true });
  writeFileSync('out/index.html', 'page');
  writeFileSync('out/_next/static/a.js', 'script');
`;

/** Synthesises two deployments of the files, as the web client has, and returns the folder. */
function synthesise(context: Record<string, unknown>): string {
  const app = new App({ outdir: join(root, 'cdk.out'), context });
  const stack = new Stack(app, 'Stack');
  const destinationBucket = new Bucket(stack, 'Bucket') as BucketDeployment['deployedBucket'];
  const sources = [webClientFiles(root)];
  for (const id of ['One', 'Two']) new BucketDeployment(stack, id, { sources, destinationBucket });
  return app.synth().directory;
}

describe('the web client', () => {
  it('is built once, and what is built is the asset', () => {
    // GIVEN
    write(BUILD);
    // WHEN
    const folder = synthesise({});
    // THEN
    expect(readFileSync(join(root, 'web', 'runs'), 'utf8')).toBe('.');
    const assets = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.html')));
    expect(assets).toHaveLength(1);
    expect(readdirSync(join(folder, assets[0] ?? ''), { recursive: true }).toSorted()).toEqual(['_next', '_next/static', '_next/static/a.js', 'index.html']);
  });

  it('ends the synthesis where it does not build', () => {
    write('process.exit(3)');
    expect(() => synthesise({})).toThrow('The web client does not build: mend what `npm run build --workspace web` says above.');
  });

  it('is not looked at without bundling', () => {
    write('process.exit(3)');
    expect(() => synthesise({ 'aws:cdk:bundling-stacks': [] })).not.toThrow();
  });
});
