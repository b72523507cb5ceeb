// The stack: wires the constructs together and says what a deployment tells its owner. Decisions stand in the constructs.
import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { requireCargoLambda } from './cargo-lambda.ts';
import { FanOutFunction } from './fan-out-function.ts';
import { Front } from './front.ts';
import { Functions } from './functions.ts';
import { existingIdentity, type Identity } from './identity.ts';
import { PushFunction } from './push-function.ts';
import { Routes } from './routes.ts';
import { SessionApi } from './session-api.ts';
import { SessionFunction } from './session-function.ts';
import { SessionRoutes } from './session-routes.ts';
import type { Settings } from './settings.ts';
import { SweepFunction } from './sweep-function.ts';
import { ChannelTable } from './table.ts';
import { OwnUserPool } from './user-pool.ts';
import { WebClient } from './web-client.ts';
import { SocketApi } from './websocket-api.ts';

/** What a stack is made from. */
export interface CarillonStackProps extends StackProps {
  readonly settings: Settings;
}

/** One deployment of Carillon. */
export class CarillonStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: CarillonStackProps) {
    super(scope, id, { description: 'Carillon: real-time messaging over WebSockets', ...props });
    if (this.bundlingRequired) requireCargoLambda();
    const table = new ChannelTable(this, 'Channels', settings);
    const socket = new SocketApi(this, 'Socket');
    const sessionApi = new SessionApi(this, 'SessionApi', settings);
    const { bucket } = new WebClient(this, 'WebClient', settings);
    const front = new Front(this, 'Front', { ownHost: settings.ownHost, files: bucket, sessionHost: sessionApi.host, socketHost: socket.host });
    const publicOrigin = settings.origins.publicOrigin ?? `https://${front.domainName}`;
    const identity = this.createIdentity(settings, publicOrigin);
    const fanOut = new FanOutFunction(this, 'FanOut', { settings, table, socket });
    const functions = new Functions(this, 'Functions', { settings, publicOrigin, identity, table, api: socket, fanOut });
    const session = new SessionFunction(this, 'Session', { settings, publicOrigin, identity, table, socket });
    const push = new PushFunction(this, 'Push', { settings, table, socket, fanOut });
    new SweepFunction(this, 'Sweep', { settings, table, socket });
    new Routes(this, 'Routes', { api: socket.api, functions });
    new SessionRoutes(this, 'SessionRoutes', { api: sessionApi.api, handler: session });

    new CfnOutput(this, 'WebUrl', { value: publicOrigin, description: 'Where people open the web client' });
    new CfnOutput(this, 'DistributionDomainName', { value: front.domainName, description: 'Where the DNS record of a host of your own points' });
    new CfnOutput(this, 'WebSocketUrl', { value: socket.stage.url, description: 'Where clients connect that are no web pages' });
    new CfnOutput(this, 'TableArn', { value: table.table.tableArn });
    new CfnOutput(this, 'UserPoolId', { value: identity.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: identity.clientId });
    new CfnOutput(this, 'PushFunctionName', { value: push.function.functionName, description: 'What a back end invokes to publish and to disconnect' });
    this.warn(settings);
  }

  private createIdentity(settings: Settings, publicOrigin: string): Identity {
    if (settings.existingPool) return existingIdentity(this, settings.existingPool);
    return new OwnUserPool(this, 'Identity', { settings, publicOrigin });
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
