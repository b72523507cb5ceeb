import { describe, expect, it } from 'vitest';
import {
  connections,
  distributionOrigin,
  EXISTING_POOL,
  functionOf,
  invoking,
  managementUrl,
  onlyOne,
  PROD,
  rightsOf,
  rows,
  synthesise,
  variables,
} from './synthesise.ts';

const dev = synthesise();
const [tableId] = onlyOne(dev, 'AWS::DynamoDB::Table');
const [fanOutId] = functionOf(dev, 'fn-fanout');

const TABLE_NAME = { Ref: tableId };
const MANAGEMENT = { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: managementUrl(dev) };
const PUBLISHING = {
  TABLE_NAME,
  RETENTION_SECONDS: '86400',
  ALL_SHARDS: '4',
  ROOM_SHARDS: '1',
  POSTS_PER_SECOND: '5000',
  MESSAGES_PER_SECOND: '500',
  USER_MESSAGES_PER_SECOND: '500',
  ALL_PUBLISHERS: 'everyone',
  USER_PUBLISHERS: 'backend',
  FANOUT_FUNCTION: { Ref: fanOutId },
  ...MANAGEMENT,
};

describe('variables, a closed list for each function', () => {
  it('fn-authorizer with the stack\'s own pool', () => {
    const [pool] = onlyOne(dev, 'AWS::Cognito::UserPool');
    const [client] = onlyOne(dev, 'AWS::Cognito::UserPoolClient');
    const issuer = { 'Fn::GetAtt': [pool, 'ProviderURL'] };
    expect(variables(dev, 'fn-authorizer')).toEqual({
      ISSUER: issuer,
      JWKS_URL: { 'Fn::Join': ['', [issuer, '/.well-known/jwks.json']] },
      CLIENT_ID: { Ref: client },
      ACCEPTED_COOKIES: 'auth,id_token',
      QUERY_TOKEN: 'off',
      ACCESS_TOKENS: 'off',
      PUBLIC_ORIGIN: distributionOrigin(dev),
      ALLOWED_ORIGINS: '',
      CONNECTION_LIFETIME_SECONDS: '7200',
    });
  });

  it('fn-authorizer with an existing pool, in prod, with everything allowed', () => {
    // GIVEN
    const synthesis = synthesise({
      ...PROD,
      ...EXISTING_POOL,
      allowedOrigins: 'https://chat.example.org,https://a.example.org,https://b.example.org',
      queryToken: 'true',
      accessTokens: 'true',
    });
    // THEN
    expect(variables(synthesis, 'fn-authorizer')).toEqual({
      ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
      JWKS_URL: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123/.well-known/jwks.json',
      CLIENT_ID: EXISTING_POOL.userPoolClientId,
      ACCEPTED_COOKIES: '',
      QUERY_TOKEN: 'on',
      ACCESS_TOKENS: 'on',
      PUBLIC_ORIGIN: 'https://chat.example.org',
      ALLOWED_ORIGINS: 'https://a.example.org,https://b.example.org',
      CONNECTION_LIFETIME_SECONDS: '7200',
    });
  });

  it.each([
    ['fn-connect', { TABLE_NAME, ALL_SHARDS: '4', HEARTBEAT_SECONDS: '240', CONNECTIONS_PER_USER: '1000' }],
    ['fn-disconnect', { TABLE_NAME, ...MANAGEMENT }],
    ['fn-message', PUBLISHING],
    ['fn-channel', { ...PUBLISHING, HEARTBEAT_SECONDS: '240' }],
    ['fn-default', MANAGEMENT],
  ])('%s', (binary, expected) => {
    expect(variables(dev, binary)).toEqual(expected);
  });

  it('follow the settings', () => {
    // GIVEN
    const synthesis = synthesise({
      connectionLifetimeSeconds: 600,
      retentionSeconds: 7_200,
      allShards: 9,
      roomShards: 3,
      heartbeatSeconds: 60,
      connectionsPerUser: 7,
      postsPerSecond: 100,
      messagesPerSecond: 3,
      userMessagesPerSecond: 4,
      allPublishers: 'backend',
      userPublishers: 'everyone',
    });
    // THEN
    expect(variables(synthesis, 'fn-authorizer')).toMatchObject({ CONNECTION_LIFETIME_SECONDS: '600' });
    expect(variables(synthesis, 'fn-connect')).toMatchObject({ ALL_SHARDS: '9', HEARTBEAT_SECONDS: '60', CONNECTIONS_PER_USER: '7' });
    const publishing = {
      RETENTION_SECONDS: '7200',
      ALL_SHARDS: '9',
      ROOM_SHARDS: '3',
      POSTS_PER_SECOND: '100',
      MESSAGES_PER_SECOND: '3',
      USER_MESSAGES_PER_SECOND: '4',
      ALL_PUBLISHERS: 'backend',
      USER_PUBLISHERS: 'everyone',
    };
    expect(variables(synthesis, 'fn-message')).toMatchObject(publishing);
    expect(variables(synthesis, 'fn-channel')).toMatchObject({ ...publishing, HEARTBEAT_SECONDS: '60' });
  });

  it('follow the profile', () => {
    const prod = synthesise(PROD);
    expect(variables(prod, 'fn-connect')).toMatchObject({ CONNECTIONS_PER_USER: '50' });
    expect(variables(prod, 'fn-message')).toMatchObject({ MESSAGES_PER_SECOND: '10', USER_MESSAGES_PER_SECOND: '20' });
  });
});

describe('rights, exactly what a function needs', () => {
  const publishing = rows(dev, 'BatchGetItem', 'ConditionCheckItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem');
  const posting = connections(dev, 'POST');
  const fanOut = invoking(dev, 'fn-fanout');

  it.each([
    ['fn-authorizer', []],
    ['fn-connect', [publishing]],
    ['fn-disconnect', [rows(dev, 'BatchGetItem', 'DeleteItem', 'GetItem', 'Query', 'UpdateItem'), posting]],
    ['fn-message', [publishing, connections(dev, 'DELETE', 'POST'), fanOut]],
    ['fn-channel', [publishing, connections(dev, 'DELETE', 'POST'), fanOut]],
    ['fn-default', [posting]],
  ])('%s', (binary, expected) => {
    expect(rightsOf(dev, binary)).toEqual(expected);
  });
});

describe('time and memory', () => {
  it.each([
    ['fn-message', 512, 29],
    // A question may take as many pages as a publication takes posts.
    ['fn-channel', 512, 29],
    ['fn-disconnect', 256, 29],
    ['fn-connect', 256, 10],
  ])('%s has %d MB and %d seconds', (binary, memory, seconds) => {
    const [, { Properties }] = functionOf(dev, binary);
    expect(Properties).toMatchObject({ MemorySize: memory, Timeout: seconds });
  });
});
