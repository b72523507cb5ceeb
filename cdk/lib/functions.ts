// The six functions of the socket path: the variables each reads, and the rights each needs for what it does.
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { FanOutFunction } from './fan-out-function.ts';
import { Handler } from './handler.ts';
import type { Identity } from './identity.ts';
import type { Settings } from './settings.ts';
import { CHANNEL_ACTIONS, type ChannelTable, CLEANING_ACTIONS } from './table.ts';
import type { SocketApi } from './websocket-api.ts';

/** What the functions work with. */
export interface FunctionsProps {
  readonly settings: Settings;
  /** Where the web client is served: the origin that a browser's handshake names. */
  readonly publicOrigin: string;
  readonly identity: Identity;
  readonly table: ChannelTable;
  readonly api: SocketApi;
  /** What a publishing function hands a large channel over to. */
  readonly fanOut: FanOutFunction;
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
  readonly authorizer: Handler;
  readonly connect: Handler;
  readonly disconnect: Handler;
  readonly message: Handler;
  readonly channel: Handler;
  readonly fallback: Handler;
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

  private createAuthorizer(): Handler {
    const { settings, publicOrigin, identity } = this.props;
    return new Handler(this, 'Authorizer', {
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
        PUBLIC_ORIGIN: publicOrigin,
        ALLOWED_ORIGINS: settings.origins.further.join(','),
        CONNECTION_LIFETIME_SECONDS: settings.connectionLifetimeSeconds.toString(),
      },
      allow: [],
    });
  }

  private createConnect(): Handler {
    const { settings, table } = this.props;
    return new Handler(this, 'Connect', {
      settings,
      binary: 'fn-connect',
      description: 'Registers a connection and its memberships',
      memorySize: SMALL,
      timeout: HANDSHAKE,
      environment: {
        TABLE_NAME: table.table.tableName,
        ALL_SHARDS: settings.allShards.toString(),
        HEARTBEAT_SECONDS: settings.heartbeatSeconds.toString(),
        CONNECTIONS_PER_USER: settings.connectionsPerUser.toString(),
      },
      // Registering is one transaction, which may take over the slot of another connection and entomb it.
      allow: [table.allow(...CHANNEL_ACTIONS)],
    });
  }

  private createDisconnect(): Handler {
    const { settings, table, api } = this.props;
    return new Handler(this, 'Disconnect', {
      settings,
      binary: 'fn-disconnect',
      description: 'Forgets a connection and its memberships, and tells who wants to know',
      memorySize: SMALL,
      // Nobody waits for the answer, and what it leaves behind costs a wasted post each time.
      timeout: INTEGRATION,
      environment: { TABLE_NAME: table.table.tableName, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: api.managementUrl },
      allow: [table.allow(...CLEANING_ACTIONS), api.allow('POST')],
    });
  }

  private createMessage(): Handler {
    const { settings, table, api, fanOut } = this.props;
    return new Handler(this, 'Message', {
      settings,
      binary: 'fn-message',
      description: 'Appends to a channel and posts to its members; echoes',
      memorySize: POSTING,
      timeout: INTEGRATION,
      environment: this.publishing(),
      allow: [table.allow(...CHANNEL_ACTIONS), api.allow('DELETE', 'POST'), fanOut.allowInvoke()],
    });
  }

  private createChannel(): Handler {
    const { settings, table, api, fanOut } = this.props;
    return new Handler(this, 'Channel', {
      settings,
      binary: 'fn-channel',
      description: 'Subscribes and unsubscribes; answers heartbeats and questions about a channel; passes signals on',
      memorySize: POSTING,
      timeout: INTEGRATION,
      environment: { ...this.publishing(), HEARTBEAT_SECONDS: settings.heartbeatSeconds.toString() },
      // A heartbeat of a connection that has ended is answered by closing it.
      allow: [table.allow(...CHANNEL_ACTIONS), api.allow('DELETE', 'POST'), fanOut.allowInvoke()],
    });
  }

  /** What a function reads that tells the members of a channel something on behalf of a client. */
  private publishing(): Record<string, string> {
    const { settings, table, api, fanOut } = this.props;
    return {
      TABLE_NAME: table.table.tableName,
      RETENTION_SECONDS: settings.retentionSeconds.toString(),
      ALL_SHARDS: settings.allShards.toString(),
      ROOM_SHARDS: settings.roomShards.toString(),
      POSTS_PER_SECOND: settings.postsPerSecond.toString(),
      MESSAGES_PER_SECOND: settings.messagesPerSecond.toString(),
      USER_MESSAGES_PER_SECOND: settings.userMessagesPerSecond.toString(),
      ALL_PUBLISHERS: settings.allPublishers,
      USER_PUBLISHERS: settings.userPublishers,
      FANOUT_FUNCTION: fanOut.function.functionName,
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: api.managementUrl,
    };
  }

  private createFallback(): Handler {
    const { settings, api } = this.props;
    return new Handler(this, 'Fallback', {
      settings,
      binary: 'fn-default',
      description: 'Tells a client what was wrong with a frame that no route takes',
      memorySize: SMALL,
      timeout: HANDSHAKE,
      environment: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: api.managementUrl },
      allow: [api.allow('POST')],
    });
  }
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
