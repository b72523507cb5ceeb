import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../lib/app.ts';
import { addChecks } from '../lib/checks.ts';
import { EXISTING_POOL, OWN_HOST, PROD } from './synthesise.ts';

const CONFIGURATIONS: readonly [string, Record<string, unknown>][] = [
  ['dev', {}],
  ['prod', PROD],
  ['an existing pool', { ...EXISTING_POOL, signInBaseUrl: 'https://login.example.org' }],
  ['a host of one\'s own', OWN_HOST],
  ['a bootstrap stack of one\'s own', { '@aws-cdk/core:bootstrapQualifier': 'ours' }],
];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-checks-'));
  vi.stubEnv('CDK_OUTDIR', folder);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function create(context: Readonly<Record<string, unknown>> = {}): App {
  const app = createApp({ ...context, 'aws:cdk:bundling-stacks': [] });
  addChecks(app);
  return app;
}

function stackOf(app: App): Stack {
  return Stack.of(app.node.findChild('Carillon'));
}

/** Rules and the paths at which they are violated, whether acknowledged or not. */
function everyViolation(app: App): { rule: string; path: string }[] {
  vi.spyOn(AwsSolutionsChecks.prototype as unknown as { isAcknowledged: () => boolean }, 'isAcknowledged').mockReturnValue(false);
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName: rule, violatingResources }) => violatingResources.map(({ constructPath: path = '' }) => ({ rule, path })));
}

/** Rules and the constructs beside which they are acknowledged, with the reason. */
function everyAcknowledgment(app: App): { rule: string; path: string; reason: string }[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([rule, reason]) => ({ rule: rule.replace('Annotation::', ''), path: node.path, reason })),
  );
}

describe.each(CONFIGURATIONS)('AWS\'s advice, with %s', (_name, context) => {
  it('finds nothing that is not acknowledged', () => {
    const app = create(context);
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
    expect(() => app.synth()).not.toThrow();
  });

  it('is acknowledged only where it objects, beside the resource, with a sentence', () => {
    // GIVEN
    const app = create(context);
    const ofNag = everyAcknowledgment(app).filter(({ rule }) => rule.startsWith('AwsSolutions-'));
    const violations = everyViolation(app);
    // THEN
    expect(ofNag.length).toBeGreaterThan(0);
    for (const { rule, path, reason } of ofNag) {
      expect(violations.filter((violation) => violation.rule === rule && violation.path.startsWith(`${path}/`)), `${rule} at ${path}`).toHaveLength(1);
      expect(reason).toMatch(/^[A-Z].{20,}\.$/);
    }
    expect(ofNag).toHaveLength(violations.length);
  });
});

describe('a new violation stops the synthesis', () => {
  it('where it is an error', () => {
    // GIVEN a bucket without anything that makes one safe
    const app = create();
    new Bucket(stackOf(app), 'Bad');
    // WHEN synthesised THEN
    expect(() => app.synth()).toThrow(/ERROR The S3 Bucket.*\n.*Carillon\/Bad\/Resource/);
  });

  it('where it is a warning', () => {
    // GIVEN a table whose past cannot be had back
    const app = create();
    new Table(stackOf(app), 'Bad', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
    // WHEN synthesised THEN
    expect(() => app.synth()).toThrow(/WARNING The DynamoDB table.*\n.*Carillon\/Bad\/Resource/);
  });

  it('where the same is acknowledged for another resource', () => {
    // GIVEN two buckets of which one has a reason
    const app = create();
    const good = new Bucket(stackOf(app), 'Good', { enforceSSL: true });
    new Bucket(stackOf(app), 'Bad', { enforceSSL: true });
    Validations.of(good).acknowledge({ id: 'AwsSolutions-S1', reason: 'This one alone.' });
    // WHEN synthesised THEN
    expect(() => app.synth()).toThrow(/ERROR The S3 Bucket.*\n.*Carillon\/Bad\/Resource(?![^]*Carillon\/Good)/);
  });
});
