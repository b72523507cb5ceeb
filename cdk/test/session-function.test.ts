import { describe, expect, it } from 'vitest';
import { connections, distributionOrigin, EXISTING_POOL, functionOf, managementUrl, onlyOne, OWN_HOST, rightsOf, rows, synthesise, variables } from './synthesise.ts';

const dev = synthesise();
const [tableId] = onlyOne(dev, 'AWS::DynamoDB::Table');

describe('fn-session', () => {
  it('reads exactly these variables', () => {
    // GIVEN
    const [pool] = onlyOne(dev, 'AWS::Cognito::UserPool');
    const [client] = onlyOne(dev, 'AWS::Cognito::UserPoolClient');
    const [domain] = onlyOne(dev, 'AWS::Cognito::UserPoolDomain');
    const issuer = { 'Fn::GetAtt': [pool, 'ProviderURL'] };
    // THEN
    expect(variables(dev, 'fn-session')).toEqual({
      ISSUER: issuer,
      JWKS_URL: { 'Fn::Join': ['', [issuer, '/.well-known/jwks.json']] },
      CLIENT_ID: { Ref: client },
      USER_POOL_ID: { Ref: pool },
      SIGN_IN_BASE_URL: { 'Fn::Join': ['', ['https://', { Ref: domain }, '.auth.', { Ref: 'AWS::Region' }, '.amazoncognito.com']] },
      PUBLIC_ORIGIN: distributionOrigin(dev),
      TABLE_NAME: { Ref: tableId },
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: managementUrl(dev),
    });
  });

  it.each([
    ['without sign-in pages', {}, ''],
    ['with sign-in pages', { signInBaseUrl: 'https://login.example.org' }, 'https://login.example.org'],
  ])('names an existing pool %s', (_name, context, signInBaseUrl) => {
    expect(variables(synthesise({ ...OWN_HOST, ...EXISTING_POOL, ...context }), 'fn-session')).toMatchObject({
      ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
      CLIENT_ID: EXISTING_POOL.userPoolClientId,
      USER_POOL_ID: EXISTING_POOL.userPoolId,
      SIGN_IN_BASE_URL: signInBaseUrl,
      PUBLIC_ORIGIN: 'https://chat.example.org',
    });
  });

  it('has memory and time as stated', () => {
    const [, { Properties }] = functionOf(dev, 'fn-session');
    expect(Properties).toMatchObject({ MemorySize: 256, Timeout: 10 });
  });
});

describe('rights, exactly what it needs', () => {
  it('with the stack\'s own pool', () => {
    const [pool] = onlyOne(dev, 'AWS::Cognito::UserPool');
    expect(rightsOf(dev, 'fn-session')).toEqual([
      rows(dev, 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      connections(dev, 'DELETE', 'POST'),
      { actions: ['cognito-idp:AdminUserGlobalSignOut'], resources: [{ 'Fn::GetAtt': [pool, 'Arn'] }] },
    ]);
  });

  it('with an existing pool', () => {
    const arn = ['arn:', { Ref: 'AWS::Partition' }, ':cognito-idp:eu-west-1:', { Ref: 'AWS::AccountId' }, ':userpool/eu-west-1_AbCdEf123'];
    expect(rightsOf(synthesise(EXISTING_POOL), 'fn-session')).toContainEqual({
      actions: ['cognito-idp:AdminUserGlobalSignOut'],
      resources: [{ 'Fn::Join': ['', arn] }],
    });
  });
});
