import { describe, expect, it } from 'vitest';
import { apiOf, distributionOrigin, EXISTING_POOL, functionOf, grants, onlyOne, PROD, synthesise, variables } from './synthesise.ts';

const dev = synthesise();
const [tableId] = onlyOne(dev, 'AWS::DynamoDB::Table');
const { id: apiId } = apiOf(dev, 'WEBSOCKET');

const TABLE_NAME = { Ref: tableId };
const MANAGEMENT_URL = {
  'Fn::Join': ['', ['https://', { Ref: apiId }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/ws']],
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
    ['fn-connect', { TABLE_NAME, ALL_SHARDS: '4' }],
    ['fn-disconnect', { TABLE_NAME }],
    ['fn-message', { TABLE_NAME, RETENTION_SECONDS: '86400', ALL_SHARDS: '4', AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: MANAGEMENT_URL }],
    ['fn-channel', { TABLE_NAME, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: MANAGEMENT_URL }],
    ['fn-default', { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: MANAGEMENT_URL }],
  ])('%s', (binary, expected) => {
    expect(variables(dev, binary)).toEqual(expected);
  });

  it('follow the settings', () => {
    const synthesis = synthesise({ connectionLifetimeSeconds: 600, retentionSeconds: 7_200, allShards: 9 });
    expect(variables(synthesis, 'fn-authorizer')).toMatchObject({ CONNECTION_LIFETIME_SECONDS: '600' });
    expect(variables(synthesis, 'fn-connect')).toMatchObject({ ALL_SHARDS: '9' });
    expect(variables(synthesis, 'fn-message')).toMatchObject({ RETENTION_SECONDS: '7200', ALL_SHARDS: '9' });
  });
});

// What each function may do beside writing its log (function.test.ts), and to what.
describe('rights, exactly what a function needs', () => {
  const TABLE = { 'Fn::GetAtt': [tableId, 'Arn'] };
  const CONNECTIONS = {
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        ':execute-api:',
        { Ref: 'AWS::Region' },
        ':',
        { Ref: 'AWS::AccountId' },
        ':',
        { Ref: apiId },
        '/ws/POST/@connections/*',
      ],
    ],
  };
  const posting = { actions: ['execute-api:ManageConnections'], resources: [CONNECTIONS] };
  const rows = (...actions: string[]): object => ({ actions: actions.map((action) => `dynamodb:${action}`), resources: [TABLE] });

  it.each([
    ['fn-authorizer', []],
    ['fn-connect', [rows('PutItem')]],
    ['fn-disconnect', [rows('DeleteItem', 'UpdateItem')]],
    ['fn-message', [rows('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), posting]],
    ['fn-channel', [rows('Query'), posting]],
    ['fn-default', [posting]],
  ])('%s', (binary, expected) => {
    // GIVEN
    const [, { Properties }] = functionOf(dev, binary);
    const ofRole = grants(dev).filter(({ role }) => JSON.stringify(Properties['Role']).includes(`"${role}"`));
    // THEN
    const besideLogs = ofRole.filter(({ actions }) => !actions.every((action) => action.startsWith('logs:')));
    expect(besideLogs.map(({ actions, resources }) => ({ actions, resources }))).toEqual(expected);
  });
});
