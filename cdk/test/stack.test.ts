import { describe, expect, it } from 'vitest';
import { distributionOrigin, EXISTING_POOL, type Grant, grants, invoking, ofType, OWN_HOST, PROD, synthesise, synthesiseAfresh } from './synthesise.ts';

const CONFIGURATIONS: readonly [string, Record<string, unknown>][] = [
  ['dev', {}],
  ['prod', PROD],
  ['an existing pool', EXISTING_POOL],
  ['a host of one\'s own', OWN_HOST],
];

// BucketDeployment gives its function what the CDK thinks right; web-client.test.ts looks at it.
function isOurs({ role }: Grant): boolean {
  return !role.startsWith('WebClientRole');
}

describe.each(CONFIGURATIONS)('the stack in %s', (_name, context) => {
  const synthesis = synthesise(context);

  it('lets no role do everything, or anything to everything', () => {
    // GIVEN every right in the template that is our choice
    const all = grants(synthesis).filter(isOurs);
    // THEN no action is a pattern
    expect(all.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    // AND these resources alone are: the connections, whose ids nobody knows beforehand, for those that post and close
    const patterns = all.filter(({ resources }) => JSON.stringify(resources).includes('*'));
    expect(patterns.map(({ role, actions }) => [role.replace(/Role\w+$/, ''), actions])).toEqual([
      ['FanOut', ['execute-api:ManageConnections']],
      ['FunctionsDisconnect', ['execute-api:ManageConnections']],
      ['FunctionsMessage', ['execute-api:ManageConnections']],
      ['FunctionsChannel', ['execute-api:ManageConnections']],
      ['FunctionsFallback', ['execute-api:ManageConnections']],
      ['Session', ['execute-api:ManageConnections']],
      ['Push', ['execute-api:ManageConnections']],
      ['Sweep', ['execute-api:ManageConnections']],
    ]);
    for (const { resources } of patterns) {
      for (const resource of resources) expect(JSON.stringify(resource)).toMatch(/"\/ws\/(DELETE|POST)\/@connections\/\*"/);
    }
  });

  it('lets a function invoke fn-fanout or none, and fn-fanout none', () => {
    // GIVEN every right on a function, beside those of the CDK's own
    const onFunctions = grants(synthesis).filter((grant) => isOurs(grant) && grant.actions.some((action) => action.startsWith('lambda:')));
    // THEN
    expect(onFunctions.map(({ role }) => role.replace(/Role\w+$/, ''))).toEqual(['FunctionsMessage', 'FunctionsChannel', 'Push']);
    for (const { actions, resources } of onFunctions) expect({ actions, resources }).toEqual(invoking(synthesis, 'fn-fanout'));
  });

  it('takes its rights from its own policies alone', () => {
    for (const [id, role] of ofType(synthesis, 'AWS::IAM::Role')) {
      // The CDK's own, which empties the bucket before it goes.
      if (id.startsWith('CustomS3AutoDeleteObjects')) continue;
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(role.Properties).not.toHaveProperty('Policies');
    }
    synthesis.template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });

  it('says where it is, and nothing else', () => {
    const { Outputs: outputs } = synthesis.template.toJSON() as { Outputs: object };
    expect(Object.keys(outputs)).toEqual([
      'WebUrl',
      'DistributionDomainName',
      'WebSocketUrl',
      'TableArn',
      'UserPoolId',
      'UserPoolClientId',
      'PushFunctionName',
    ]);
    expect(JSON.stringify(outputs)).toContain('"wss://"');
  });

  it('fits any account and region, and imports nothing', () => {
    const text = JSON.stringify(synthesis.template.toJSON()).replaceAll(/[0-9a-f]{64}\.zip|arn:aws:acm:[^"]+/g, '');
    expect(text).not.toMatch(/\d{12}/);
    expect(text).not.toContain('Fn::ImportValue');
  });

  it('names no port', () => {
    const text = JSON.stringify(synthesis.template.toJSON());
    expect(text).not.toMatch(/(localhost|127\.0\.0\.1|[a-z]\.[a-z]+):\d+/);
  });

  it('comes out the same a second time', () => {
    expect(JSON.stringify(synthesiseAfresh(context).template.toJSON())).toBe(JSON.stringify(synthesis.template.toJSON()));
  });
});

describe('the public origin', () => {
  it('is the address of the distribution', () => {
    const synthesis = synthesise(PROD);
    synthesis.template.hasOutput('WebUrl', { Value: distributionOrigin(synthesis) });
  });

  it.each([
    ['https://chat.example.org', { ...PROD, allowedOrigins: 'https://chat.example.org,https://a.example.org' }],
    ['http://localhost:3000', { allowedOrigins: 'http://localhost:3000' }],
    ['https://chat.example.org', OWN_HOST],
  ])('is %s, the first of the allowed ones', (origin, context) => {
    synthesise(context).template.hasOutput('WebUrl', { Value: origin });
  });
});

describe('warnings', () => {
  it('are none by default', () => {
    expect(synthesise().warnings).toEqual([]);
    expect(synthesise(PROD).warnings).toEqual([]);
    expect(synthesise({ queryToken: true }).warnings).toEqual([]);
  });

  it('name the query token in prod', () => {
    expect(synthesise({ ...PROD, queryToken: true }).warnings).toEqual([
      expect.stringMatching(/^"queryToken is on in profile prod: tokens in query strings end up in the logs/),
    ]);
  });
});
