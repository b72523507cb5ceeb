import { describe, expect, it } from 'vitest';
import { connections, functionOf, managementUrl, ofType, onlyOne, rightsOf, rows, synthesise, variables } from './synthesise.ts';

const dev = synthesise();
const [tableId] = onlyOne(dev, 'AWS::DynamoDB::Table');

describe('fn-fanout', () => {
  it('reads exactly these variables', () => {
    const others = { TABLE_NAME: { Ref: tableId }, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: managementUrl(dev) };
    expect(variables(dev, 'fn-fanout')).toEqual({ ...others, POSTS_PER_SECOND: '5000' });
    expect(variables(synthesise({ postsPerSecond: 250 }), 'fn-fanout')).toMatchObject({ POSTS_PER_SECOND: '250' });
  });

  it('has memory and time as stated', () => {
    const [, { Properties }] = functionOf(dev, 'fn-fanout');
    expect(Properties).toMatchObject({ MemorySize: 1_024, Timeout: 60 });
  });

  it('may read members, clear away who is gone, and post; append nothing, end no connection, invoke nothing', () => {
    expect(rightsOf(dev, 'fn-fanout')).toEqual([
      rows(dev, 'BatchGetItem', 'DeleteItem', 'GetItem', 'Query', 'UpdateItem'),
      connections(dev, 'POST'),
    ]);
  });

  it('is invoked by functions alone: no service has a permission for it', () => {
    const [id] = functionOf(dev, 'fn-fanout');
    const permissions = ofType(dev, 'AWS::Lambda::Permission').filter(([, { Properties }]) => JSON.stringify(Properties['FunctionName']).includes(`"${id}"`));
    expect(permissions).toEqual([]);
  });
});
