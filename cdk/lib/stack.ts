// The stack: wires the constructs together and says what a deployment tells its owner. Decisions stand in the constructs.
import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Functions } from './functions.ts';
import { existingIdentity, type Identity } from './identity.ts';
import { Routes } from './routes.ts';
import type { Settings } from './settings.ts';
import { ChannelTable } from './table.ts';
import { OwnUserPool } from './user-pool.ts';
import { SocketApi } from './websocket-api.ts';

/** What a stack is made from. */
export interface CarillonStackProps extends StackProps {
  readonly settings: Settings;
}

/** One deployment of Carillon. */
export class CarillonStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: CarillonStackProps) {
    super(scope, id, { description: 'Carillon: real-time messaging over WebSockets', ...props });
    const identity = this.createIdentity(settings);
    const table = new ChannelTable(this, 'Channels', settings);
    const api = new SocketApi(this, 'Socket');
    const functions = new Functions(this, 'Functions', { settings, identity, table, api });
    new Routes(this, 'Routes', { api: api.api, functions });

    new CfnOutput(this, 'WebSocketUrl', { value: api.stage.url, description: 'Where clients connect' });
    new CfnOutput(this, 'TableArn', { value: table.table.tableArn });
    new CfnOutput(this, 'UserPoolId', { value: identity.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: identity.clientId });
    this.warn(settings);
  }

  private createIdentity(settings: Settings): Identity {
    return settings.existingPool ? existingIdentity(settings.existingPool) : new OwnUserPool(this, 'Identity', settings);
  }

  private warn(settings: Settings): void {
    if (settings.profile === 'prod' && settings.queryToken) {
      Annotations.of(this).addWarningV2(
        'carillon:queryToken',
        'queryToken is on in profile prod: tokens in query strings end up in the logs of proxies and browsers.',
      );
    }
  }
}
