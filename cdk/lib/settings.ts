// Every choice a deployment has, typed and checked once: what the CDK's context may hold, the defaults of each
// profile, and what is refused. Nothing else in this app reads the context.
import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type OwnHost, readOwnHost } from './certificate.ts';
import { ContextValues, SettingsError } from './context-values.ts';
import { type ExistingPool, readExistingPool } from './existing-pool.ts';
import { nearestName } from './nearest-name.ts';
import { type Origins, readOrigins } from './origins.ts';
import type { Profile } from './profile.ts';

/** `everyone` who is signed in, or nobody but the `backend`, through fn-push. */
export type Publishers = 'everyone' | 'backend';

/** A checked configuration. */
export interface Settings {
  readonly profile: Profile;
  /** `undefined`: the stack makes its own user pool. */
  readonly existingPool: ExistingPool | undefined;
  readonly origins: Origins;
  /** `undefined`: the distribution answers under the address that CloudFront gives it. */
  readonly ownHost: OwnHost | undefined;
  /** Cookie names that may carry a token, beside `__Host-auth`, which always may. */
  readonly acceptedCookies: readonly string[];
  /** Whether a handshake may carry its token in the query string, where proxies and logs see it. */
  readonly queryToken: boolean;
  /** Whether a handshake may carry an access token in place of an ID token. */
  readonly accessTokens: boolean;
  readonly architecture: 'x86_64' | 'arm64';
  readonly connectionLifetimeSeconds: number;
  readonly retentionSeconds: number;
  /** Partitions over which the members of the channel `all` are spread. */
  readonly allShards: number;
  /** Partitions over which the members of each room and group are spread. */
  readonly roomShards: number;
  /** Time between two heartbeats of a client; three without any end its lease. */
  readonly heartbeatSeconds: number;
  readonly connectionsPerUser: number;
  /** Posts a second that tell the members of one message, all functions that do so together. */
  readonly postsPerSecond: number;
  /** Messages and signals a second of one connection, in the long run; five seconds' worth may come at once. */
  readonly messagesPerSecond: number;
  /** The same of all connections of a user together. */
  readonly userMessagesPerSecond: number;
  /** Who may publish to `all`. */
  readonly allPublishers: Publishers;
  /** Who may publish to the channel of another user. */
  readonly userPublishers: Publishers;
  /** EventBridge's `source` of the events that a back end publishes with. */
  readonly pushEventSource: string;
  /** `undefined`: made from stack and account. */
  readonly domainPrefix: string | undefined;
  /** What becomes of table, user pool and web client when they leave the stack. */
  readonly removalPolicy: RemovalPolicy;
  readonly logRetentionDays: RetentionDays;
}

/** The context keys this app knows, all at the top level. */
export const CONTEXT_KEYS = [
  'profile',
  'userPoolId',
  'userPoolClientId',
  'signInBaseUrl',
  'allowedOrigins',
  'certificateArn',
  'acceptedCookies',
  'queryToken',
  'accessTokens',
  'architecture',
  'connectionLifetimeSeconds',
  'retentionSeconds',
  'allShards',
  'roomShards',
  'heartbeatSeconds',
  'connectionsPerUser',
  'postsPerSecond',
  'messagesPerSecond',
  'userMessagesPerSecond',
  'allPublishers',
  'userPublishers',
  'pushEventSource',
  'domainPrefix',
  'removalPolicy',
  'logRetentionDays',
] as const;

// API Gateway ends every connection after two hours; below a minute a client does nothing but reconnect.
const CONNECTION_LIFETIME = { min: 60, max: 7_200, unit: 'seconds' };

// A client gives up repeating a message one hour before its record goes, so at least an hour must be left for trying.
// Thirty days: beyond that a channel's log is an archive, which wants another store.
const RETENTION = { min: 7_200, max: 2_592_000, unit: 'seconds' };

// One shard is one partition key, good for about 1,000 write units a second; every message to `all` reads every shard.
// A room begins with one, and the same bounds.
const SHARDS = { min: 1, max: 64, unit: 'shards' };

// API Gateway ends a connection on which nothing was sent for ten minutes; a heartbeat must come well before. Below a
// minute heartbeats would cost more than everything else.
const HEARTBEAT = { min: 60, max: 500, unit: 'seconds' };

// Each connection of a user is a row to look at when another one registers, and a post for each message to that user.
const CONNECTIONS_PER_USER = { min: 1, max: 1_000, unit: 'connections' };

// API Gateway takes 10,000 requests a second for all APIs of an account in a region, handshakes and frames included.
// Below a hundred a single message to a large room would outlast the function that posts it.
const POSTS_PER_SECOND = { min: 100, max: 10_000, unit: 'posts' };

// Each is up to two writes to a row of the connection's, and to one of its user's: DynamoDB takes 1,000 a second to one key.
const MESSAGES_PER_SECOND = { min: 1, max: 500, unit: 'messages' };

const PUBLISHERS = ['everyone', 'backend'] as const;

const REMOVAL_POLICIES = { destroy: RemovalPolicy.DESTROY, retain: RemovalPolicy.RETAIN };

/** Checks the whole context and returns the settings, or throws a {@link SettingsError}. */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  refuseUnknownKeys(context);
  const values = new ContextValues(context);
  const profile = values.choice('profile', ['dev', 'prod']) ?? 'dev';
  const origins = readOrigins(values, profile);
  return {
    profile,
    existingPool: readExistingPool(values),
    origins,
    ownHost: readOwnHost(values, origins),
    acceptedCookies: readCookies(values) ?? (profile === 'dev' ? ['auth', 'id_token'] : []),
    queryToken: values.flag('queryToken') ?? false,
    accessTokens: values.flag('accessTokens') ?? false,
    architecture: values.choice('architecture', ['x86_64', 'arm64']) ?? 'x86_64',
    connectionLifetimeSeconds: values.integer('connectionLifetimeSeconds', CONNECTION_LIFETIME) ?? 7_200,
    retentionSeconds: values.integer('retentionSeconds', RETENTION) ?? 86_400,
    allShards: values.integer('allShards', SHARDS) ?? 4,
    roomShards: values.integer('roomShards', SHARDS) ?? 1,
    heartbeatSeconds: values.integer('heartbeatSeconds', HEARTBEAT) ?? 240,
    connectionsPerUser: values.integer('connectionsPerUser', CONNECTIONS_PER_USER) ?? (profile === 'dev' ? 1_000 : 50),
    postsPerSecond: values.integer('postsPerSecond', POSTS_PER_SECOND) ?? 5_000,
    messagesPerSecond: values.integer('messagesPerSecond', MESSAGES_PER_SECOND) ?? (profile === 'dev' ? 500 : 10),
    userMessagesPerSecond: values.integer('userMessagesPerSecond', MESSAGES_PER_SECOND) ?? (profile === 'dev' ? 500 : 20),
    allPublishers: values.choice('allPublishers', PUBLISHERS) ?? 'everyone',
    userPublishers: values.choice('userPublishers', PUBLISHERS) ?? 'backend',
    pushEventSource: readPushEventSource(values) ?? 'carillon.push',
    domainPrefix: readDomainPrefix(values),
    removalPolicy: REMOVAL_POLICIES[values.choice('removalPolicy', ['destroy', 'retain']) ?? (profile === 'dev' ? 'destroy' : 'retain')],
    logRetentionDays: readLogRetention(values) ?? (profile === 'dev' ? RetentionDays.ONE_WEEK : RetentionDays.THREE_MONTHS),
  };
}

function refuseUnknownKeys(context: Readonly<Record<string, unknown>>): void {
  const known: readonly string[] = CONTEXT_KEYS;
  for (const key of Object.keys(context)) {
    if (known.includes(key) || belongsToCdk(key)) continue;
    const nearest = nearestName(key, CONTEXT_KEYS);
    const advice = nearest === undefined ? 'cdk/README.md lists those there are' : `write "${nearest}" if that is meant, or leave it out`;
    throw new SettingsError(`Context key "${key}" is unknown: ${advice}.`);
  }
}

// The toolkit keeps its own values in the same place: what it tells the app (aws:cdk:, a namespace that grows with its
// versions), flags (@aws-cdk/), results of look-ups (vpc-provider:account=…), and two that have no namespace.
function belongsToCdk(key: string): boolean {
  return /^(aws:cdk:|@aws-cdk\/|[a-z-]+:account=)/.test(key) || key === 'cli-telemetry' || key === 'acknowledged-issue-numbers';
}

function readCookies(values: ContextValues): readonly string[] | undefined {
  const key = 'acceptedCookies';
  const write = 'different cookie names such as auth,id_token (never __Host-auth, which is always accepted), or nothing';
  const names = values.list(key, write);
  // RFC 6265 takes a cookie's name from RFC 2616's token; these are the characters in use.
  if (names?.some((name) => !/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name) || name === '__Host-auth')) {
    throw SettingsError.for(key, values.raw(key), write);
  }
  return names;
}

// EventBridge keeps names that begin with "aws." for AWS's own services and partners.
function readPushEventSource(values: ContextValues): string | undefined {
  const write = 'the source of your events, 1 to 256 letters, digits and . - _ /, without aws. at its beginning';
  return values.text('pushEventSource', /^(?!aws\.)[A-Za-z0-9._/-]{1,256}$/, write);
}

function readDomainPrefix(values: ContextValues): string | undefined {
  const key = 'domainPrefix';
  const write = '1 to 63 lower-case letters, digits and inner hyphens, without the words aws, amazon and cognito, which Cognito reserves';
  return values.text(key, /^(?!.*(aws|amazon|cognito))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, write);
}

// CloudWatch Logs takes certain numbers of days only; "for ever" is one of the CDK's, and none of ours.
const LOG_RETENTIONS = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

function readLogRetention(values: ContextValues): RetentionDays | undefined {
  const key = 'logRetentionDays';
  const days = values.integer(key, { min: RetentionDays.ONE_DAY, max: RetentionDays.TEN_YEARS, unit: 'days' });
  if (days === undefined) return undefined;
  const retention = LOG_RETENTIONS.find((choice) => choice.valueOf() === days);
  if (retention === undefined) throw SettingsError.for(key, values.raw(key), `one of ${LOG_RETENTIONS.join(', ')}`);
  return retention;
}
