import { describe, expect, it } from 'vitest';
import { connections, functionOf, managementUrl, ofType, onlyOne, PROD, rightsOf, rows, synthesise, variables } from './synthesise.ts';

const dev = synthesise();
const [tableId] = onlyOne(dev, 'AWS::DynamoDB::Table');
const [sweepId] = functionOf(dev, 'fn-sweep');

describe('fn-sweep', () => {
  it('reads exactly these variables', () => {
    const others = { TABLE_NAME: { Ref: tableId }, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: managementUrl(dev) };
    expect(variables(dev, 'fn-sweep')).toEqual({ ...others, ALL_SHARDS: '4' });
    expect(variables(synthesise({ allShards: 9 }), 'fn-sweep')).toMatchObject({ ALL_SHARDS: '9' });
  });

  it('may clear away, say goodbye and end connections; append nothing and invoke nothing', () => {
    expect(rightsOf(dev, 'fn-sweep')).toEqual([
      rows(dev, 'BatchGetItem', 'DeleteItem', 'GetItem', 'Query', 'UpdateItem'),
      connections(dev, 'DELETE', 'POST'),
    ]);
  });
});

describe.each([
  ['dev', {}],
  ['prod', PROD],
])('the clock in %s', (_profile, context) => {
  const synthesis = synthesise(context);
  const clocks = ofType(synthesis, 'AWS::Events::Rule').filter(([, { Properties }]) => 'ScheduleExpression' in Properties);

  it('starts the sweep every minute, and does not make up for a minute that was missed', () => {
    expect(clocks.map(([, { Properties }]) => Properties)).toMatchObject([
      {
        ScheduleExpression: 'rate(1 minute)',
        State: 'ENABLED',
        Targets: [
          {
            Arn: { 'Fn::GetAtt': [functionOf(synthesis, 'fn-sweep')[0], 'Arn'] },
            RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
          },
        ],
      },
    ]);
  });

  it('alone may invoke it', () => {
    const permissions = ofType(synthesis, 'AWS::Lambda::Permission').filter(([, { Properties }]) => JSON.stringify(Properties['FunctionName']).includes(`"${sweepId}"`));
    expect(permissions.map(([, { Properties }]) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [sweepId, 'Arn'] },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [clocks[0]?.[0], 'Arn'] },
      },
    ]);
  });
});
