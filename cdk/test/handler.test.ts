import { describe, expect, it } from 'vitest';
import { functions, grants, ofType, PROD, type Resource, synthesise } from './synthesise.ts';

const BINARIES = [
  'fn-fanout',
  'fn-authorizer',
  'fn-connect',
  'fn-disconnect',
  'fn-message',
  'fn-channel',
  'fn-default',
  'fn-session',
  'fn-push',
  'fn-sweep',
];

// Nobody waits for these at a gateway. The others must answer within what API Gateway waits for.
const IN_THE_BACKGROUND = ['fn-fanout', 'fn-push', 'fn-sweep'];

function referenced(value: unknown): string {
  return /"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(JSON.stringify(value))?.[1] ?? '';
}

describe.each([
  ['dev', {}, 7],
  ['prod', PROD, 90],
  ['own retention', { logRetentionDays: '30' }, 30],
])('every function in %s', (_profile, context, retention) => {
  const synthesis = synthesise(context);
  const all = functions(synthesis);
  const each = (check: (binary: string, resource: Resource) => void): void => {
    for (const [binary, [, resource]] of all) check(binary, resource);
  };

  it('names its binary', () => {
    expect([...all.keys()]).toEqual(BINARIES);
  });

  it('has a role of its own, which Lambda alone may take', () => {
    // GIVEN
    const roles = [...all.values()].map(([, { Properties }]) => referenced(Properties['Role']));
    // THEN
    expect(new Set(roles).size).toBe(BINARIES.length);
    for (const role of roles) {
      expect(synthesis.resources[role]?.Properties).toEqual({
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
        },
      });
    }
  });

  it('has a log group of its own, which does not grow for ever', () => {
    // GIVEN
    const logs = [...all.values()].map(([, { Properties }]) => referenced(Properties['LoggingConfig']));
    // THEN
    expect(new Set(logs).size).toBe(BINARIES.length);
    for (const log of logs) {
      expect(synthesis.resources[log]).toMatchObject({ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: retention } });
    }
  });

  it('may write to its own log group alone', () => {
    each((_binary, { Properties }) => {
      const ofRole = grants(synthesis).filter(({ role }) => role === referenced(Properties['Role']));
      const toLogs = ofRole.filter(({ actions }) => actions.some((action) => action.startsWith('logs:')));
      expect(toLogs).toMatchObject([
        {
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [{ 'Fn::GetAtt': [referenced(Properties['LoggingConfig']), 'Arn'] }],
        },
      ]);
    });
  });

  it('waits for its rights before it is made', () => {
    const policies = ofType(synthesis, 'AWS::IAM::Policy').map(([id]) => id);
    each((_binary, { DependsOn }) => {
      expect(DependsOn?.filter((id) => policies.includes(id))).toHaveLength(1);
    });
  });

  it('states runtime, memory and time-out, within what API Gateway waits for', () => {
    each((binary, { Properties }) => {
      expect(Properties).toMatchObject({ Runtime: 'provided.al2023', Handler: 'bootstrap', Architectures: ['x86_64'] });
      expect(Properties['MemorySize']).toBeOneOf(binary === 'fn-fanout' ? [1_024] : [256, 512]);
      expect(Properties['Timeout']).toBeOneOf(IN_THE_BACKGROUND.includes(binary) ? [60] : [10, 29]);
    });
  });

  it('leaves asynchronous invocations to Lambda\'s defaults, except those that are worthless when late', () => {
    // GIVEN
    const configured = ofType(synthesis, 'AWS::Lambda::EventInvokeConfig')
      .map(([, { Properties }]) => Properties)
      .filter((properties) => 'MaximumRetryAttempts' in properties || 'MaximumEventAgeInSeconds' in properties);
    const late = ['fn-fanout', 'fn-sweep'].map((binary) => ({
      FunctionName: { Ref: all.get(binary)?.[0] },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    }));
    // THEN
    expect(configured).toEqual(late);
  });

  it('reserves no concurrency and has no fixed name', () => {
    each((_binary, { Properties }) => {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
      expect(Properties).not.toHaveProperty('FunctionName');
    });
  });
});

describe('the architecture', () => {
  it('can be arm64', () => {
    for (const [, [, { Properties }]] of functions(synthesise({ architecture: 'arm64' }))) {
      expect(Properties['Architectures']).toEqual(['arm64']);
    }
  });
});
