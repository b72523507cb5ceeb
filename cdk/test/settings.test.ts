import { RemovalPolicy } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../lib/context-values.ts';
import { CONTEXT_KEYS, readSettings } from '../lib/settings.ts';
import { EXISTING_POOL, PROD } from './synthesise.ts';

describe('defaults', () => {
  it('are convenient and disposable in dev', () => {
    // GIVEN no context WHEN read THEN
    expect(readSettings({})).toEqual({
      profile: 'dev',
      existingPool: undefined,
      origins: { publicOrigin: undefined, further: [] },
      ownHost: undefined,
      acceptedCookies: ['auth', 'id_token'],
      queryToken: false,
      accessTokens: false,
      architecture: 'x86_64',
      connectionLifetimeSeconds: 7_200,
      retentionSeconds: 86_400,
      allShards: 4,
      roomShards: 1,
      heartbeatSeconds: 240,
      connectionsPerUser: 1_000,
      postsPerSecond: 5_000,
      messagesPerSecond: 500,
      userMessagesPerSecond: 500,
      allPublishers: 'everyone',
      userPublishers: 'backend',
      pushEventSource: 'carillon.push',
      domainPrefix: undefined,
      removalPolicy: RemovalPolicy.DESTROY,
      logRetentionDays: 7,
    });
  });

  it('are strict and keep data in prod', () => {
    expect(readSettings(PROD)).toMatchObject({
      profile: 'prod',
      origins: { publicOrigin: undefined, further: [] },
      acceptedCookies: [],
      queryToken: false,
      accessTokens: false,
      connectionsPerUser: 50,
      messagesPerSecond: 10,
      userMessagesPerSecond: 20,
      removalPolicy: RemovalPolicy.RETAIN,
      logRetentionDays: 90,
    });
  });
});

describe('accepted', () => {
  it('text from the command line means the same as typed values', () => {
    // GIVEN both forms of the same settings
    const typed = { queryToken: true, accessTokens: false, allShards: 8, retentionSeconds: 7_200, acceptedCookies: ['a', 'b'] };
    const text = { queryToken: 'true', accessTokens: 'false', allShards: '8', retentionSeconds: '7200', acceptedCookies: 'a,b' };
    // WHEN read THEN
    expect(readSettings(text)).toEqual(readSettings(typed));
  });

  it.each([
    ['connectionLifetimeSeconds', 60],
    ['connectionLifetimeSeconds', 7_200],
    ['retentionSeconds', 7_200],
    ['retentionSeconds', 2_592_000],
    ['allShards', 1],
    ['allShards', 64],
    ['roomShards', 1],
    ['roomShards', 64],
    ['heartbeatSeconds', 60],
    ['heartbeatSeconds', 500],
    ['connectionsPerUser', 1],
    ['connectionsPerUser', 1_000],
    ['postsPerSecond', 100],
    ['postsPerSecond', 10_000],
    ['messagesPerSecond', 1],
    ['userMessagesPerSecond', 500],
    ['logRetentionDays', 1],
    ['logRetentionDays', 3_653],
  ])('%s may be %d, at its bound', (key, value) => {
    expect(readSettings({ [key]: value })).toMatchObject({ [key]: value });
  });

  it.each(['a', 'com.example.orders', 'orders/eu-west-1', 'aws', 'awsome.push', 'x'.repeat(256)])('pushEventSource may be %s', (source) => {
    expect(readSettings({ pushEventSource: source }).pushEventSource).toBe(source);
  });

  it.each(['allPublishers', 'userPublishers'])('%s may be everyone or the back end', (key) => {
    expect(readSettings({ [key]: 'everyone' })).toMatchObject({ [key]: 'everyone' });
    expect(readSettings({ [key]: 'backend' })).toMatchObject({ [key]: 'backend' });
  });

  it('an empty cookie list turns the defaults of dev off', () => {
    expect(readSettings({ acceptedCookies: '' }).acceptedCookies).toEqual([]);
  });

  it('prod may be told to destroy its data', () => {
    expect(readSettings({ ...PROD, removalPolicy: 'destroy' }).removalPolicy).toBe(RemovalPolicy.DESTROY);
  });

  it.each(['aws:cdk:enable-path-metadata', '@aws-cdk/core:anything', 'availability-zones:account=1:region=eu-west-1', 'cli-telemetry', 'acknowledged-issue-numbers'])(
    '%s is left to the CDK',
    (key) => {
      expect(() => readSettings({ [key]: true })).not.toThrow();
    },
  );
});

// Every refusal is one sentence that says the key, what was got and what to write.
describe('refused', () => {
  const refusals: [Record<string, unknown>, string | RegExp][] = [
    [{ profile: 'production' }, 'Context value "profile" is "production": write dev or prod.'],
    [{ profile: '' }, 'Context value "profile" is "": write dev or prod.'],
    [{ profile: null }, 'Context value "profile" is null: write dev or prod.'],
    [{ profil: 'prod' }, 'Context key "profil" is unknown: write "profile" if that is meant, or leave it out.'],
    [{ allowedOrigin: 'x' }, 'Context key "allowedOrigin" is unknown: write "allowedOrigins" if that is meant, or leave it out.'],
    [{ origins: 'x' }, 'Context key "origins" is unknown: cdk/README.md lists those there are.'],
    [{ 'aws:bundling-stacks': '' }, 'Context key "aws:bundling-stacks" is unknown: cdk/README.md lists those there are.'],
    [{ 'profile:x': '' }, 'Context key "profile:x" is unknown: write "profile" if that is meant, or leave it out.'],
    [{ queryToken: 'yes' }, 'Context value "queryToken" is "yes": write true or false.'],
    [{ queryToken: 1 }, 'Context value "queryToken" is 1: write true or false.'],
    [{ accessTokens: 'True' }, 'Context value "accessTokens" is "True": write true or false.'],
    [{ architecture: 'arm' }, 'Context value "architecture" is "arm": write x86_64 or arm64.'],
    [{ removalPolicy: 'snapshot' }, 'Context value "removalPolicy" is "snapshot": write destroy or retain.'],
    [{ connectionLifetimeSeconds: 59 }, 'Context value "connectionLifetimeSeconds" is 59: write a whole number of seconds from 60 to 7200.'],
    [{ connectionLifetimeSeconds: 7_201 }, 'Context value "connectionLifetimeSeconds" is 7201: write a whole number of seconds from 60 to 7200.'],
    [{ connectionLifetimeSeconds: '2h' }, 'Context value "connectionLifetimeSeconds" is "2h": write a whole number of seconds from 60 to 7200.'],
    [{ retentionSeconds: 7_199 }, 'Context value "retentionSeconds" is 7199: write a whole number of seconds from 7200 to 2592000.'],
    [{ retentionSeconds: '2592001' }, 'Context value "retentionSeconds" is "2592001": write a whole number of seconds from 7200 to 2592000.'],
    [{ allShards: 0 }, 'Context value "allShards" is 0: write a whole number of shards from 1 to 64.'],
    [{ allShards: 65 }, 'Context value "allShards" is 65: write a whole number of shards from 1 to 64.'],
    [{ allShards: 1.5 }, 'Context value "allShards" is 1.5: write a whole number of shards from 1 to 64.'],
    [{ allShards: ' 4' }, 'Context value "allShards" is " 4": write a whole number of shards from 1 to 64.'],
    [{ allShards: '' }, 'Context value "allShards" is "": write a whole number of shards from 1 to 64.'],
    [{ roomShards: 0 }, 'Context value "roomShards" is 0: write a whole number of shards from 1 to 64.'],
    [{ roomShards: 65 }, 'Context value "roomShards" is 65: write a whole number of shards from 1 to 64.'],
    [{ heartbeatSeconds: 59 }, 'Context value "heartbeatSeconds" is 59: write a whole number of seconds from 60 to 500.'],
    [{ heartbeatSeconds: 501 }, 'Context value "heartbeatSeconds" is 501: write a whole number of seconds from 60 to 500.'],
    [{ connectionsPerUser: 0 }, 'Context value "connectionsPerUser" is 0: write a whole number of connections from 1 to 1000.'],
    [{ connectionsPerUser: 1_001 }, 'Context value "connectionsPerUser" is 1001: write a whole number of connections from 1 to 1000.'],
    [{ postsPerSecond: 99 }, 'Context value "postsPerSecond" is 99: write a whole number of posts from 100 to 10000.'],
    [{ postsPerSecond: 10_001 }, 'Context value "postsPerSecond" is 10001: write a whole number of posts from 100 to 10000.'],
    [{ messagesPerSecond: 0 }, 'Context value "messagesPerSecond" is 0: write a whole number of messages from 1 to 500.'],
    [{ userMessagesPerSecond: 501 }, 'Context value "userMessagesPerSecond" is 501: write a whole number of messages from 1 to 500.'],
    [{ allPublishers: 'nobody' }, 'Context value "allPublishers" is "nobody": write everyone or backend.'],
    [{ userPublishers: 'back-end' }, 'Context value "userPublishers" is "back-end": write everyone or backend.'],
    ...['', 'aws.events', 'a b', 'push*', 'x'.repeat(257), 7].map((got): [Record<string, unknown>, RegExp] => [
      { pushEventSource: got },
      /^Context value "pushEventSource" is .*: write the source of your events, 1 to 256 letters, digits and \. - _ \/, without aws\. at its beginning\.$/,
    ]),
    [{ logRetentionDays: 0 }, 'Context value "logRetentionDays" is 0: write a whole number of days from 1 to 3653.'],
    [{ logRetentionDays: 9_999 }, 'Context value "logRetentionDays" is 9999: write a whole number of days from 1 to 3653.'],
    [
      { logRetentionDays: 8 },
      'Context value "logRetentionDays" is 8: write one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.',
    ],
    ...['__Host-auth', 'a,a', 'a,,b', 'a b', 'a=b', ['a', 1], { a: 'b' }].map((got): [Record<string, unknown>, string] => [
      { acceptedCookies: got },
      `Context value "acceptedCookies" is ${JSON.stringify(got)}: write different cookie names such as auth,id_token (never __Host-auth, which is always accepted), or nothing.`,
    ]),
    ...['Chat', '-chat', 'chat-', 'my-aws-chat', 'cognitochat', 'a'.repeat(64), ''].map((got): [Record<string, unknown>, string] => [
      { domainPrefix: got },
      `Context value "domainPrefix" is "${got}": write 1 to 63 lower-case letters, digits and inner hyphens, without the words aws, amazon and cognito, which Cognito reserves.`,
    ]),
    [
      { userPoolId: 'eu-west-1' },
      'Context value "userPoolId" is "eu-west-1": write the id of a user pool, like eu-west-1_AbCdEf123.',
    ],
    [
      { ...EXISTING_POOL, userPoolClientId: '' },
      'Context value "userPoolClientId" is "": write the id of an app client of that user pool, 1 to 128 letters and digits.',
    ],
    [
      { userPoolId: EXISTING_POOL.userPoolId },
      'Context value "userPoolClientId" is missing: write the id of the app client to use with userPoolId eu-west-1_AbCdEf123, or leave both out.',
    ],
    [
      { userPoolClientId: 'abc' },
      'Context value "userPoolClientId" is "abc": write userPoolId too, since userPoolClientId describes an existing pool, or leave it out.',
    ],
    [
      { signInBaseUrl: 'https://login.example.org' },
      'Context value "signInBaseUrl" is "https://login.example.org": write userPoolId too, since signInBaseUrl describes an existing pool, or leave it out.',
    ],
    ...['http://login.example.org', 'https://login.example.org/', 'login.example.org', 'https://login.example.org?a=b', true].map(
      (got): [Record<string, unknown>, string] => [
        { ...EXISTING_POOL, signInBaseUrl: got },
        `Context value "signInBaseUrl" is ${JSON.stringify(got)}: write the https address of the pool's sign-in pages, like https://login.example.org, without a trailing slash.`,
      ],
    ),
    [
      { ...EXISTING_POOL, domainPrefix: 'chat' },
      'Context value "domainPrefix" is "chat": write either it or userPoolId, since an existing pool keeps its own domain.',
    ],
  ];

  it.each(refusals)('%j', (context, sentence) => {
    // GIVEN the context WHEN read THEN
    expect(() => readSettings(context)).toThrow(typeof sentence === 'string' ? new SettingsError(sentence) : sentence);
  });

  it('every key has a refusal here, in origins.test.ts or in certificate.test.ts', () => {
    const refused = new Set(refusals.flatMap(([context]) => Object.keys(context)));
    expect(CONTEXT_KEYS.filter((key) => !refused.has(key))).toEqual(['allowedOrigins', 'certificateArn']);
  });

  it('long values are cut', () => {
    expect(() => readSettings({ profile: 'x'.repeat(1_000) })).toThrow(/ is "x{79}…: write dev or prod\.$/);
  });
});
