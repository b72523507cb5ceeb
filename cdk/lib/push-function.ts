// The function by which a back end publishes and disconnects users, and the rule that hands events of EventBridge to it.
import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { FanOutFunction } from './fan-out-function.ts';
import { Handler } from './handler.ts';
import type { Settings } from './settings.ts';
import { CHANNEL_ACTIONS, type ChannelTable } from './table.ts';
import type { SocketApi } from './websocket-api.ts';

/** What the function works with. */
export interface PushFunctionProps {
  readonly settings: Settings;
  readonly table: ChannelTable;
  readonly socket: SocketApi;
  readonly fanOut: FanOutFunction;
}

/** Whoever may invoke it, or put events of its source on the account's default bus, is the back end. */
export class PushFunction extends Handler {
  constructor(scope: Construct, id: string, { settings, table, socket, fanOut }: PushFunctionProps) {
    super(scope, id, {
      settings,
      binary: 'fn-push',
      description: 'Publishes for a back end, lists and ends the connections of a user',
      memorySize: 512,
      timeout: Duration.seconds(60),
      environment: {
        TABLE_NAME: table.table.tableName,
        RETENTION_SECONDS: settings.retentionSeconds.toString(),
        ALL_SHARDS: settings.allShards.toString(),
        ROOM_SHARDS: settings.roomShards.toString(),
        POSTS_PER_SECOND: settings.postsPerSecond.toString(),
        FANOUT_FUNCTION: fanOut.function.functionName,
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.managementUrl,
      },
      allow: [table.allow(...CHANNEL_ACTIONS), socket.allow('DELETE', 'POST'), fanOut.allowInvoke()],
    });
    new Rule(this, 'Events', {
      description: 'Hands the events of a back end to fn-push',
      eventPattern: { source: [settings.pushEventSource] },
      // AWS's own retries: a repeated event has the same id, and so is published once.
      targets: [new LambdaFunction(this.function)],
    });
  }
}
