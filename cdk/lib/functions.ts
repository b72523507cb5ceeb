// The six functions of the socket path: the variables each reads, and the rights each needs for what it does.
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SocketFunction } from './function.ts';
import type { Identity } from './identity.ts';
import type { Settings } from './settings.ts';
import type { ChannelTable } from './table.ts';
import type { SocketApi } from './websocket-api.ts';

/** What the functions work with. */
export interface FunctionsProps {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly table: ChannelTable;
  readonly api: SocketApi;
}

// A browser gives up a handshake that takes much longer; a healthy one takes milliseconds.
const HANDSHAKE = Duration.seconds(10);

// API Gateway stops waiting for a WebSocket integration after 29 seconds.
const INTEGRATION = Duration.seconds(29);

// MB. An eighth of a processor verifies a token or writes a row in milliseconds; posting to many members is TLS work.
const SMALL = 256;
const POSTING = 512;

/** Every function, by what it is for. */
export class Functions extends Construct {
  readonly authorizer: SocketFunction;
  readonly connect: SocketFunction;
  readonly disconnect: SocketFunction;
  readonly message: SocketFunction;
  readonly channel: SocketFunction;
  readonly fallback: SocketFunction;
  private readonly props: FunctionsProps;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.props = props;
    this.authorizer = this.createAuthorizer();
    this.connect = this.createConnect();
    this.disconnect = this.createDisconnect();
    this.message = this.createMessage();
    this.channel = this.createChannel();
    this.fallback = this.createFallback();
  }

  private createAuthorizer(): SocketFunction {
    const { settings, identity } = this.props;
    return new SocketFunction(this, 'Authorizer', {
      settings,
      binary: 'fn-authorizer',
      description: 'Verifies the token and the Origin of a handshake; sets the end of its connection',
      memorySize: SMALL,
      timeout: HANDSHAKE,
      environment: {
        ISSUER: identity.issuer,
        JWKS_URL: `${identity.issuer}/.well-known/jwks.json`,
        CLIENT_ID: identity.clientId,
        ACCEPTED_COOKIES: settings.acceptedCookies.join(','),
        QUERY_TOKEN: onOff(settings.queryToken),
        ACCESS_TOKENS: onOff(settings.accessTokens),
        PUBLIC_ORIGIN: settings.origins.publicOrigin,
        ALLOWED_ORIGINS: settings.origins.further.join(','),
        CONNECTION_LIFETIME_SECONDS: settings.connectionLifetimeSeconds.toString(),
      },
      allow: [],
    });
  }

  private createConnect(): SocketFunction {
    const { settings, table } = this.props;
    return new SocketFunction(this, 'Connect', {
      settings,
      binary: 'fn-connect',
      description: 'Registers a connection and its memberships',
      memorySize: SMALL,
      timeout: HANDSHAKE,
      environment: {
        TABLE_NAME: table.table.tableName,
        ALL_SHARDS: settings.allShards.toString(),
      },
      allow: [table.allow('PutItem')],
    });
  }

  private createDisconnect(): SocketFunction {
    const { settings, table } = this.props;
    return new SocketFunction(this, 'Disconnect', {
      settings,
      binary: 'fn-disconnect',
      description: 'Forgets a connection and its memberships',
      memorySize: SMALL,
      // Nobody waits for the answer, and what it leaves behind costs a wasted post each time.
      timeout: INTEGRATION,
      environment: { TABLE_NAME: table.table.tableName },
      allow: [table.allow('DeleteItem', 'UpdateItem')],
    });
  }

  private createMessage(): SocketFunction {
    const { settings, table, api } = this.props;
    return new SocketFunction(this, 'Message', {
      settings,
      binary: 'fn-message',
      description: 'Appends to a channel and posts to its members; echoes',
      memorySize: POSTING,
      timeout: INTEGRATION,
      environment: {
        TABLE_NAME: table.table.tableName,
        RETENTION_SECONDS: settings.retentionSeconds.toString(),
        ALL_SHARDS: settings.allShards.toString(),
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: api.managementUrl,
      },
      // Deleting is for the rows of a member whose connection turns out to be gone.
      allow: [table.allow('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), api.allowPosting()],
    });
  }

  private createChannel(): SocketFunction {
    const { settings, table, api } = this.props;
    return new SocketFunction(this, 'Channel', {
      settings,
      binary: 'fn-channel',
      description: 'Answers questions about a channel: its history',
      memorySize: SMALL,
      timeout: HANDSHAKE,
      environment: { TABLE_NAME: table.table.tableName, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: api.managementUrl },
      allow: [table.allow('Query'), api.allowPosting()],
    });
  }

  private createFallback(): SocketFunction {
    const { settings, api } = this.props;
    return new SocketFunction(this, 'Fallback', {
      settings,
      binary: 'fn-default',
      description: 'Tells a client what was wrong with a frame that no route takes',
      memorySize: SMALL,
      timeout: HANDSHAKE,
      environment: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: api.managementUrl },
      allow: [api.allowPosting()],
    });
  }
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
