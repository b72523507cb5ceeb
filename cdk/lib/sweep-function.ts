// The function that ends what lapsed and finishes what others began to clear away, and the clock that starts it.
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { Handler, ONCE_AND_SOON } from './handler.ts';
import type { Settings } from './settings.ts';
import { type ChannelTable, CLEANING_ACTIONS } from './table.ts';
import type { SocketApi } from './websocket-api.ts';

/** What the function works with. */
export interface SweepFunctionProps {
  readonly settings: Settings;
  readonly table: ChannelTable;
  readonly socket: SocketApi;
}

/** Runs every minute. */
export class SweepFunction extends Handler {
  constructor(scope: Construct, id: string, { settings, table, socket }: SweepFunctionProps) {
    super(scope, id, {
      settings,
      binary: 'fn-sweep',
      description: 'Ends connections that lapsed, were replaced or are past their end; finishes clean-ups',
      memorySize: 512,
      timeout: Duration.seconds(60),
      environment: {
        TABLE_NAME: table.table.tableName,
        ALL_SHARDS: settings.allShards.toString(),
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.managementUrl,
      },
      allow: [table.allow(...CLEANING_ACTIONS), socket.allow('DELETE', 'POST')],
      asynchronous: ONCE_AND_SOON,
    });
    new Rule(this, 'EveryMinute', {
      description: 'Starts the sweep',
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's sweep does all that a missed one would have done.
      targets: [new LambdaFunction(this.function, ONCE_AND_SOON)],
    });
  }
}
