import { describe, expect, it } from 'vitest';
import { connections, functionOf, invoking, managementUrl, ofType, onlyOne, PROD, rightsOf, rows, synthesise, type Synthesis, variables } from './synthesise.ts';

const dev = synthesise();
const [tableId] = onlyOne(dev, 'AWS::DynamoDB::Table');
const [pushId] = functionOf(dev, 'fn-push');
const [fanOutId] = functionOf(dev, 'fn-fanout');

function queueArn(synthesis: Synthesis): object {
  return { 'Fn::GetAtt': [onlyOne(synthesis, 'AWS::SQS::Queue')[0], 'Arn'] };
}

function rulesOnEvents(synthesis: Synthesis): [string, Record<string, unknown>][] {
  const rules = ofType(synthesis, 'AWS::Events::Rule').filter(([, { Properties }]) => 'EventPattern' in Properties);
  return rules.map(([id, { Properties }]) => [id, Properties]);
}

describe('fn-push', () => {
  it('reads exactly these variables: the rules for clients are none of its own', () => {
    expect(variables(dev, 'fn-push')).toEqual({
      TABLE_NAME: { Ref: tableId },
      RETENTION_SECONDS: '86400',
      ALL_SHARDS: '4',
      ROOM_SHARDS: '1',
      POSTS_PER_SECOND: '5000',
      FANOUT_FUNCTION: { Ref: fanOutId },
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: managementUrl(dev),
    });
  });

  it('follows the settings', () => {
    const synthesis = synthesise({ retentionSeconds: 7_200, allShards: 9, roomShards: 3, postsPerSecond: 100 });
    expect(variables(synthesis, 'fn-push')).toMatchObject({ RETENTION_SECONDS: '7200', ALL_SHARDS: '9', ROOM_SHARDS: '3', POSTS_PER_SECOND: '100' });
  });

  it('has time for a publication and for the end of many connections', () => {
    const [, { Properties }] = functionOf(dev, 'fn-push');
    expect(Properties).toMatchObject({ MemorySize: 512, Timeout: 60 });
  });

  it('may publish as a client may, and end connections', () => {
    expect(rightsOf(dev, 'fn-push')).toEqual([
      rows(dev, 'BatchGetItem', 'ConditionCheckItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      connections(dev, 'DELETE', 'POST'),
      invoking(dev, 'fn-fanout'),
      { actions: ['sqs:SendMessage'], resources: [queueArn(dev)] },
    ]);
  });

  it('is what the output names', () => {
    dev.template.hasOutput('PushFunctionName', { Value: { Ref: pushId } });
  });
});

describe('an order that cannot be carried out', () => {
  it.each([['dev', {}], ['prod', PROD]])('is kept for 14 days after Lambda has tried it three times, in %s', (_profile, context) => {
    // GIVEN
    const synthesis = synthesise(context);
    const [target] = functionOf(synthesis, 'fn-push');
    const configured = ofType(synthesis, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
    const [, { Properties: queue }] = onlyOne(synthesis, 'AWS::SQS::Queue');
    // THEN
    expect(configured).toContainEqual({
      FunctionName: { Ref: target },
      Qualifier: '$LATEST',
      DestinationConfig: { OnFailure: { Destination: queueArn(synthesis) } },
    });
    expect(queue).toEqual({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  });

  it('is sent and received over TLS alone', () => {
    const [, { Properties }] = onlyOne(dev, 'AWS::SQS::QueuePolicy');
    expect(JSON.stringify(Properties)).toContain('"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny","Principal":{"AWS":"*"}');
  });
});

describe('events of a back end', () => {
  it.each([
    ['carillon.push', {}],
    ['com.example.orders', { pushEventSource: 'com.example.orders' }],
  ])('come from %s alone, with EventBridge\'s own retries', (source, context) => {
    // GIVEN
    const synthesis = synthesise(context);
    const [target] = functionOf(synthesis, 'fn-push');
    const [rule, ...others] = rulesOnEvents(synthesis);
    // THEN
    expect(others).toEqual([]);
    expect(rule?.[1]).toMatchObject({ EventPattern: { source: [source] }, State: 'ENABLED', Targets: [{ Arn: { 'Fn::GetAtt': [target, 'Arn'] } }] });
    expect(rule?.[1]).not.toHaveProperty('EventBusName');
    expect(JSON.stringify(rule?.[1]['Targets'])).not.toContain('RetryPolicy');
  });

  it('are all that may invoke it without a right of their own', () => {
    const permissions = ofType(dev, 'AWS::Lambda::Permission').filter(([, { Properties }]) => JSON.stringify(Properties['FunctionName']).includes(`"${pushId}"`));
    expect(permissions.map(([, { Properties }]) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [pushId, 'Arn'] },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [rulesOnEvents(dev)[0]?.[0], 'Arn'] },
      },
    ]);
  });
});
