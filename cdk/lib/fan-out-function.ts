// The function that posts what a publishing function hands over: one frame to one shard of a channel's members.
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Handler, ONCE_AND_SOON, type Right } from './handler.ts';
import type { Settings } from './settings.ts';
import { type ChannelTable, CLEANING_ACTIONS } from './table.ts';
import type { SocketApi } from './websocket-api.ts';

/** What the function works with. */
export interface FanOutFunctionProps {
  readonly settings: Settings;
  readonly table: ChannelTable;
  readonly socket: SocketApi;
}

/** Invoked asynchronously. It invokes nothing: not itself, which would be a cycle, and nobody else. */
export class FanOutFunction extends Handler {
  constructor(scope: Construct, id: string, { settings, table, socket }: FanOutFunctionProps) {
    super(scope, id, {
      settings,
      binary: 'fn-fanout',
      description: 'Posts one frame to one shard of the members of a channel',
      // Thousands of posts are TLS work, and processor time comes with memory.
      memorySize: 1_024,
      timeout: Duration.seconds(60),
      environment: {
        TABLE_NAME: table.table.tableName,
        POSTS_PER_SECOND: settings.postsPerSecond.toString(),
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.managementUrl,
      },
      allow: [table.allow(...CLEANING_ACTIONS), socket.allow('POST')],
      // What a member missed is found by the next heartbeat; posting all of it once more would reach many twice.
      asynchronous: ONCE_AND_SOON,
    });
  }

  /** Allows to invoke exactly this function. */
  allowInvoke(): Right {
    return { statement: new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }) };
  }
}
