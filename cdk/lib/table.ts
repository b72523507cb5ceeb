// The one table. Its rows are described in ARCHITECTURE.md; here stand its keys, its expiry and how long it lives.
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Right } from './handler.ts';
import type { Settings } from './settings.ts';

/** DynamoDB's IAM actions that a function may be given. A transaction has none of its own: it takes those of its parts. */
export type TableAction = 'BatchGetItem' | 'ConditionCheckItem' | 'DeleteItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem';

/** What publishing to a channel and changing its members take, whoever asks for it. */
export const CHANNEL_ACTIONS: readonly TableAction[] = [
  'BatchGetItem',
  'ConditionCheckItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
];

/** What finding members and clearing away who is gone take. */
export const CLEANING_ACTIONS: readonly TableAction[] = ['BatchGetItem', 'DeleteItem', 'GetItem', 'Query', 'UpdateItem'];

/** What decides the shape of the table. */
export type ChannelTableProps = Pick<Settings, 'removalPolicy'>;

/** Connections, members, log entries: one table, two keys, no index. */
export class ChannelTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: ChannelTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy,
    });
  }

  /** Allows exactly `actions` on exactly this table. */
  allow(...actions: readonly TableAction[]): Right {
    return { statement: new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [this.table.tableArn] }) };
  }
}
