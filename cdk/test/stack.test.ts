import { describe, expect, it } from 'vitest';
import { EXISTING_POOL, grants, ofType, PROD, synthesise, synthesiseAfresh } from './synthesise.ts';

const CONFIGURATIONS: readonly [string, Record<string, unknown>][] = [
  ['dev', {}],
  ['prod', PROD],
  ['an existing pool', EXISTING_POOL],
];

describe.each(CONFIGURATIONS)('the stack in %s', (_name, context) => {
  const synthesis = synthesise(context);

  it('lets no role do everything, or anything to everything', () => {
    // GIVEN every right in the template
    const all = grants(synthesis);
    // THEN no action is a pattern
    expect(all.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    // AND these resources alone are: the connections, whose ids nobody knows beforehand, for the three that post
    const patterns = all.filter(({ resources }) => JSON.stringify(resources).includes('*'));
    expect(patterns.map(({ role, actions }) => [role.replace(/Role\w+$/, ''), actions])).toEqual([
      ['FunctionsMessage', ['execute-api:ManageConnections']],
      ['FunctionsChannel', ['execute-api:ManageConnections']],
      ['FunctionsFallback', ['execute-api:ManageConnections']],
    ]);
    for (const { resources } of patterns) expect(JSON.stringify(resources)).toMatch(/"\/ws\/POST\/@connections\/\*"/);
  });

  it('takes its rights from its own policies alone', () => {
    for (const [, role] of ofType(synthesis, 'AWS::IAM::Role')) {
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(role.Properties).not.toHaveProperty('Policies');
    }
    synthesis.template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });

  it('says where it is, and nothing else', () => {
    const { Outputs: outputs } = synthesis.template.toJSON() as { Outputs: object };
    expect(Object.keys(outputs)).toEqual(['WebSocketUrl', 'TableArn', 'UserPoolId', 'UserPoolClientId']);
    expect(JSON.stringify(outputs)).toContain('"wss://"');
  });

  it('fits any account and region, and imports nothing', () => {
    const text = JSON.stringify(synthesis.template.toJSON());
    expect(text).not.toMatch(/\d{12}/);
    expect(text).not.toContain('Fn::ImportValue');
  });

  it('names no port, except in the default origin of dev', () => {
    const text = JSON.stringify(synthesis.template.toJSON()).replaceAll('http://localhost:3000', '');
    expect(text).not.toMatch(/(localhost|127\.0\.0\.1|[a-z]\.[a-z]+):\d+/);
  });

  it('comes out the same a second time', () => {
    expect(JSON.stringify(synthesiseAfresh(context).template.toJSON())).toBe(JSON.stringify(synthesis.template.toJSON()));
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
