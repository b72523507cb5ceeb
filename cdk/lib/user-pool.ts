// The stack's own user pool: people sign themselves up, browsers sign in on the pool's pages with the code grant.
import { Duration, Fn, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  FeaturePlan,
  ManagedLoginVersion,
  OAuthScope,
  UserPool,
  UserPoolClient,
  type UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Identity } from './identity.ts';
import type { Settings } from './settings.ts';

/** What decides the shape of the pool. */
export interface OwnUserPoolProps {
  readonly settings: Pick<Settings, 'profile' | 'domainPrefix' | 'removalPolicy'>;
  /** The one origin to which people return from the pool's pages. */
  readonly publicOrigin: string;
}

/** A user pool with one browser client and a sign-in page. */
export class OwnUserPool extends Construct implements Identity {
  readonly userPoolId: string;
  readonly userPoolArn: string;
  readonly clientId: string;
  readonly issuer: string;
  readonly signInBaseUrl: string;

  constructor(scope: Construct, id: string, props: OwnUserPoolProps) {
    super(scope, id);
    const pool = this.createPool(props);
    const client = this.createClient(pool, props);
    const domain = this.createSignInPages(pool, client, props);
    this.userPoolId = pool.userPoolId;
    this.userPoolArn = pool.userPoolArn;
    this.clientId = client.userPoolClientId;
    this.issuer = pool.userPoolProviderUrl;
    this.signInBaseUrl = domain.baseUrl();
  }

  private createPool({ settings }: OwnUserPoolProps): UserPool {
    const pool = new UserPool(this, 'Pool', {
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: true,
      // An alias, so that a person may type either; the address is required because sign-up and recovery write to it.
      signInAliases: { username: true, email: true },
      signInCaseSensitive: false,
      standardAttributes: { email: { required: true, mutable: true } },
      autoVerify: { email: true },
      // A new address counts only once confirmed: otherwise a typing error, or somebody else, takes over the account.
      keepOriginal: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      removalPolicy: settings.removalPolicy,
    });
    Validations.of(pool).acknowledge(
      { id: 'AwsSolutions-COG2', reason: 'People sign themselves up, with nothing but an address; a team that knows its users brings a pool of its own.' },
      { id: 'AwsSolutions-COG8', reason: 'The Plus plan has a price per user, for threat protection that its owner has to watch.' },
    );
    return pool;
  }

  private createClient(pool: UserPool, { settings, publicOrigin }: OwnUserPoolProps): UserPoolClient {
    return pool.addClient('Browser', {
      generateSecret: false,
      // Refreshing is always allowed. A password goes straight to the API in dev only, for tests and command lines.
      authFlows: { userPassword: settings.profile === 'dev' },
      oAuth: {
        flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
        scopes: [OAuthScope.OPENID, OAuthScope.PROFILE, OAuthScope.EMAIL],
        callbackUrls: [`${publicOrigin}/session/callback`],
        logoutUrls: [`${publicOrigin}/`],
      },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // Cognito's defaults, stated: a connection lives no longer than its token.
      authSessionValidity: Duration.minutes(3),
      idTokenValidity: Duration.hours(1),
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });
  }

  private createSignInPages(pool: UserPool, client: UserPoolClient, { settings }: OwnUserPoolProps): UserPoolDomain {
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: settings.domainPrefix ?? this.defaultPrefix() },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    // Without a branding the pages say "Login pages unavailable".
    new CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: pool.userPoolId,
      clientId: client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    return domain;
  }

  // The prefix shares one namespace with every other customer of the region; the account makes it ours.
  private defaultPrefix(): string {
    const stack = Stack.of(this);
    return Fn.join('-', [stack.stackName.toLowerCase(), stack.account]);
  }
}
