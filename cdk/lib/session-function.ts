// The function behind /session: the variables it reads, and the rights it needs to sign people in and out.
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Handler } from './handler.ts';
import type { Identity } from './identity.ts';
import type { Settings } from './settings.ts';
import { type ChannelTable, CLEANING_ACTIONS } from './table.ts';
import type { SocketApi } from './websocket-api.ts';

/** What the function works with. */
export interface SessionFunctionProps {
  readonly settings: Settings;
  /** Where the web client is served, and people return to after signing in. */
  readonly publicOrigin: string;
  readonly identity: Identity;
  readonly table: ChannelTable;
  /** The API whose connections end when somebody signs out. */
  readonly socket: SocketApi;
}

/** Signs in with the pool's pages, keeps tokens in cookies, signs out. */
export class SessionFunction extends Handler {
  constructor(scope: Construct, id: string, { settings, publicOrigin, identity, table, socket }: SessionFunctionProps) {
    super(scope, id, {
      settings,
      binary: 'fn-session',
      description: 'Signs in on the pages of the user pool, keeps tokens in cookies, signs out here and everywhere',
      memorySize: 256,
      // A person waits for the answer; it takes at most two calls to the pool, and bounds those to the table.
      timeout: Duration.seconds(10),
      environment: {
        ISSUER: identity.issuer,
        JWKS_URL: `${identity.issuer}/.well-known/jwks.json`,
        CLIENT_ID: identity.clientId,
        USER_POOL_ID: identity.userPoolId,
        SIGN_IN_BASE_URL: identity.signInBaseUrl,
        PUBLIC_ORIGIN: publicOrigin,
        TABLE_NAME: table.table.tableName,
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.managementUrl,
      },
      allow: [
        // Who is signed in depends on the rows of revoked sign-ins (GetItem). Signing out writes one of them, and entombs every
        // connection that it means before it ends it.
        table.allow(...CLEANING_ACTIONS, 'PutItem'),
        socket.allow('DELETE', 'POST'),
        { statement: new PolicyStatement({ actions: ['cognito-idp:AdminUserGlobalSignOut'], resources: [identity.userPoolArn] }) },
      ],
    });
  }
}
