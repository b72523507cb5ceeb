import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { onlyOne, PROD, synthesise } from './synthesise.ts';

const CLIENT = 'AWS::Cognito::UserPoolClient';

describe.each([
  ['dev', { allowedOrigins: 'http://localhost:3000' }, 'http://localhost:3000', 'Delete'],
  ['prod', { ...PROD, allowedOrigins: 'https://chat.example.org,https://a.example.org' }, 'https://chat.example.org', 'Retain'],
])('in %s', (_profile, context, origin, deletion) => {
  const synthesis = synthesise(context);

  it('people sign themselves up with a confirmed address and a long password', () => {
    synthesis.template.hasResource('AWS::Cognito::UserPool', {
      DeletionPolicy: deletion,
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
        AliasAttributes: ['email'],
        AutoVerifiedAttributes: ['email'],
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
        UsernameConfiguration: { CaseSensitive: false },
        UserPoolTier: 'ESSENTIALS',
        Policies: {
          PasswordPolicy: {
            MinimumLength: 12,
            RequireLowercase: true,
            RequireNumbers: true,
            RequireSymbols: true,
            RequireUppercase: true,
            TemporaryPasswordValidityDays: 3,
          },
        },
      },
    });
  });

  it('the client is a browser: no secret, the code grant alone, back to the application\'s own origin', () => {
    synthesis.template.hasResourceProperties(CLIENT, {
      GenerateSecret: false,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'profile', 'email'],
      CallbackURLs: [`${origin}/session/callback`],
      LogoutURLs: [`${origin}/`],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    });
  });

  it('tokens live as long as stated', () => {
    synthesis.template.hasResourceProperties(CLIENT, {
      IdTokenValidity: 60,
      AccessTokenValidity: 60,
      RefreshTokenValidity: 43_200,
      AuthSessionValidity: 3,
      TokenValidityUnits: { IdToken: 'minutes', AccessToken: 'minutes', RefreshToken: 'minutes' },
    });
  });

  it('the sign-in pages are the branded managed login', () => {
    const [pool] = onlyOne(synthesis, 'AWS::Cognito::UserPool');
    const [client] = onlyOne(synthesis, CLIENT);
    synthesis.template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { ManagedLoginVersion: 2 });
    synthesis.template.hasResourceProperties('AWS::Cognito::ManagedLoginBranding', {
      UserPoolId: { Ref: pool },
      ClientId: { Ref: client },
      UseCognitoProvidedValues: true,
      Settings: Match.absent(),
    });
  });
});

describe('the way back from the sign-in pages', () => {
  it('leads to the distribution where no origin is given', () => {
    const [, client] = onlyOne(synthesise(), CLIENT);
    const [distribution] = onlyOne(synthesise(), 'AWS::CloudFront::Distribution');
    const to = (path: string): object => ({ 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [distribution, 'DomainName'] }, path]] });
    expect(client.Properties['CallbackURLs']).toEqual([to('/session/callback')]);
    expect(client.Properties['LogoutURLs']).toEqual([to('/')]);
  });
});

describe('sign-in flows of the API', () => {
  it('include the password in dev', () => {
    const [, client] = onlyOne(synthesise(), CLIENT);
    expect(client.Properties['ExplicitAuthFlows']).toEqual(['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']);
  });

  it('are refreshing alone in prod', () => {
    const [, client] = onlyOne(synthesise(PROD), CLIENT);
    expect(client.Properties['ExplicitAuthFlows']).toEqual(['ALLOW_REFRESH_TOKEN_AUTH']);
  });
});

describe('the domain prefix', () => {
  it('is made from stack and account', () => {
    synthesise().template.hasResourceProperties('AWS::Cognito::UserPoolDomain', {
      Domain: { 'Fn::Join': ['-', ['carillon', { Ref: 'AWS::AccountId' }]] },
    });
  });

  it('comes from the context where given', () => {
    synthesise({ domainPrefix: 'town-square' }).template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { Domain: 'town-square' });
  });
});
