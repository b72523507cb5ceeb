import { describe, expect, it } from 'vitest';
import { functions, grants, ofType, onlyOne, PROD, synthesise } from './synthesise.ts';

describe.each([
  ['dev', {}, 'Delete', 1, 7],
  ['prod', PROD, 'Retain', 0, 90],
  ['prod told to destroy', { ...PROD, removalPolicy: 'destroy' }, 'Delete', 1, 90],
])('in %s', (_profile, context, deletion, emptiers, retention) => {
  const synthesis = synthesise(context);
  const [id, bucket] = onlyOne(synthesis, 'AWS::S3::Bucket');

  it('the bucket is private and encrypted, and without a fixed name', () => {
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
    for (const absent of ['BucketName', 'WebsiteConfiguration', 'AccessControl']) expect(bucket.Properties).not.toHaveProperty(absent);
  });

  it('it goes with the stack, and is emptied for that, as the profile says', () => {
    expect(bucket.DeletionPolicy).toBe(deletion);
    expect(ofType(synthesis, 'Custom::S3AutoDeleteObjects')).toHaveLength(emptiers);
  });

  it('the distribution alone reads it, over TLS', () => {
    // GIVEN
    const [distribution] = onlyOne(synthesis, 'AWS::CloudFront::Distribution');
    const [, { Properties }] = onlyOne(synthesis, 'AWS::S3::BucketPolicy');
    const { Statement: statements } = Properties['PolicyDocument'] as { Statement: { Effect: string; Action: unknown; Principal: object; Condition?: object }[] };
    const toServices = statements.filter(({ Effect, Principal }) => Effect === 'Allow' && 'Service' in Principal);
    // THEN
    expect(Properties['Bucket']).toEqual({ Ref: id });
    expect(statements).toContainEqual(expect.objectContaining({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }));
    expect(toServices).toMatchObject([{ Action: ['s3:GetObject', 's3:ListBucket'], Principal: { Service: 'cloudfront.amazonaws.com' } }]);
    expect(JSON.stringify(toServices[0]?.Condition)).toContain(`":distribution/",{"Ref":"${distribution}"}`);
    expect(statements.filter(({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal).includes('*'))).toEqual([]);
  });

  it('the log of its deployment does not grow for ever', () => {
    const [, copier] = ofType(synthesis, 'AWS::Lambda::Function').find(([name]) => name.startsWith('CustomCDKBucketDeployment')) ?? [];
    const { LogGroup: group } = copier?.Properties['LoggingConfig'] as { LogGroup: { Ref: string } };
    expect(synthesis.resources[group.Ref]).toMatchObject({ Properties: { RetentionInDays: retention } });
  });
});

describe('the deployment', () => {
  const synthesis = synthesise();
  const deployments = ofType(synthesis, 'Custom::CDKBucketDeployment');

  it('keeps for ever what has its content in its name, and has browsers ask for the rest', () => {
    expect(deployments.map(([, { Properties }]) => Properties)).toMatchObject([
      {
        Exclude: ['*'],
        Include: ['_next/static/*'],
        Prune: false,
        SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
      },
      { Exclude: ['_next/static/*'], Prune: true, SystemMetadata: { 'cache-control': 'no-cache' } },
    ]);
    expect(deployments[1]?.[1].Properties).not.toHaveProperty('Include');
  });

  it('puts the pages last, both from one build', () => {
    const [[assets, first], [, second]] = deployments as [(typeof deployments)[0], (typeof deployments)[0]];
    expect(second.DependsOn).toContain(assets);
    expect(second.Properties['SourceObjectKeys']).toEqual(first.Properties['SourceObjectKeys']);
  });

  it('invalidates nothing, and may not', () => {
    for (const [, { Properties }] of deployments) expect(Properties).not.toHaveProperty('DistributionId');
    expect(JSON.stringify(grants(synthesis))).not.toContain('cloudfront:');
  });

  it('may write to the bucket and read the CDK\'s, and nothing else', () => {
    // GIVEN
    const [bucket] = onlyOne(synthesis, 'AWS::S3::Bucket');
    const rights = grants(synthesis).filter(({ role, actions }) => role.startsWith('WebClientRole') && !actions.some((action) => action.startsWith('logs:')));
    // THEN
    for (const { actions, resources } of rights) {
      for (const action of actions) expect(action).toMatch(/^s3:/);
      for (const resource of resources) expect(JSON.stringify(resource)).toMatch(new RegExp(`"${bucket}","Arn"|:s3:::.*cdk-hnb659fds-assets-`));
    }
    expect(rights).toHaveLength(2);
  });

  it('is done by no function of ours', () => {
    expect([...functions(synthesis).values()].some(([id]) => id.startsWith('Custom'))).toBe(false);
  });
});
