import { describe, expect, it } from 'vitest';
import { onlyOne, PROD, synthesise } from './synthesise.ts';

const TABLE = 'AWS::DynamoDB::Table';

describe.each([
  ['dev', {}, 'Delete'],
  ['prod', PROD, 'Retain'],
  ['prod told to destroy', { ...PROD, removalPolicy: 'destroy' }, 'Delete'],
])('in %s', (_profile, context, deletion) => {
  const [, table] = onlyOne(synthesise(context), TABLE);

  it('the table has two keys, expiry and nothing to provision', () => {
    expect(table.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  it('it is kept as the profile says, and can be turned back', () => {
    expect(table.DeletionPolicy).toBe(deletion);
    expect(table.Properties['PointInTimeRecoverySpecification']).toEqual({ PointInTimeRecoveryEnabled: true });
  });

  it('it has no index, no fixed name, no stream', () => {
    for (const absent of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes', 'TableName', 'StreamSpecification', 'ProvisionedThroughput']) {
      expect(table.Properties).not.toHaveProperty(absent);
    }
  });
});
