// The function by which a back end publishes and disconnects users, the rule that hands events of EventBridge to it, and
// the queue where those end that it could not carry out.
import { Duration, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
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
    const failed = createFailed(scope, `${id}Failed`);
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
      allow: [
        table.allow(...CHANNEL_ACTIONS),
        socket.allow('DELETE', 'POST'),
        fanOut.allowInvoke(),
        { statement: new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failed.queueArn] }) },
      ],
      // Lambda's own retries, two of them. Bound by hand, since the CDK's destination would grant more than is needed.
      asynchronous: { onFailure: { bind: () => ({ destination: failed.queueArn }) } },
    });
    new Rule(this, 'Events', {
      description: 'Hands the events of a back end to fn-push',
      eventPattern: { source: [settings.pushEventSource] },
      // EventBridge's own retries, until Lambda has it: a repeated event has the same id, and so is published once.
      targets: [new LambdaFunction(this.function)],
    });
  }
}

/** What stays there for 14 days, which is the longest that SQS keeps anything, can be read and sent again. */
function createFailed(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'It is itself where what failed ends, and nothing receives from it by itself.' });
  return queue;
}
