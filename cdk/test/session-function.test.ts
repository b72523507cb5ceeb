import { describe, expect, it } from 'vitest';
import { apiOf, distributionOrigin, EXISTING_POOL, functionOf, grants, onlyOne, OWN_HOST, synthesise, variables } from './synthesise.ts';

const dev = synthesise();
const [tableId] = onlyOne(dev, 'AWS::DynamoDB::Table');
const { id: socketId } = apiOf(dev, 'WEBSOCKET');

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
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: {
        'Fn::Join': ['', ['https://', { Ref: socketId }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/ws']],
      },
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
  const connections = (method: string): object => ({
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
        { Ref: socketId },
        `/ws/${method}/@connections/*`,
      ],
    ],
  });

  function besideLogs(synthesis: typeof dev): { actions: readonly string[]; resources: readonly unknown[] }[] {
    const [, { Properties }] = functionOf(synthesis, 'fn-session');
    return grants(synthesis)
      .filter(({ role, actions }) => JSON.stringify(Properties['Role']).includes(`"${role}"`) && !actions.every((action) => action.startsWith('logs:')))
      .map(({ actions, resources }) => ({ actions, resources }));
  }

  it('with the stack\'s own pool', () => {
    const [pool] = onlyOne(dev, 'AWS::Cognito::UserPool');
    expect(besideLogs(dev)).toEqual([
      { actions: ['dynamodb:Query'], resources: [{ 'Fn::GetAtt': [tableId, 'Arn'] }] },
      { actions: ['execute-api:ManageConnections'], resources: [connections('DELETE'), connections('POST')] },
      { actions: ['cognito-idp:AdminUserGlobalSignOut'], resources: [{ 'Fn::GetAtt': [pool, 'Arn'] }] },
    ]);
  });

  it('with an existing pool', () => {
    const arn = ['arn:', { Ref: 'AWS::Partition' }, ':cognito-idp:eu-west-1:', { Ref: 'AWS::AccountId' }, ':userpool/eu-west-1_AbCdEf123'];
    expect(besideLogs(synthesise(EXISTING_POOL))).toContainEqual({
      actions: ['cognito-idp:AdminUserGlobalSignOut'],
      resources: [{ 'Fn::Join': ['', arn] }],
    });
  });
});
