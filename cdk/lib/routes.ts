// Which function answers which route, and who may open a connection at all.
import { Validations } from 'aws-cdk-lib';
import { type WebSocketApi, WebSocketRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { Handler } from './handler.ts';

/** What the routes connect. */
export interface RoutesProps {
  readonly api: WebSocketApi;
  readonly functions: Functions;
}

/** The routes of the socket, all one-way: a handler answers by posting to the connection. */
export class Routes extends Construct {
  private readonly api: WebSocketApi;

  constructor(scope: Construct, id: string, { api, functions }: RoutesProps) {
    super(scope, id);
    this.api = api;
    // No identity source: the default is a header that browsers cannot send, and its absence alone is a 401.
    const authorizer = new WebSocketLambdaAuthorizer('Authorizer', functions.authorizer.function, { identitySource: [] });
    this.add('Connect', '$connect', functions.connect, authorizer);
    this.add('Disconnect', '$disconnect', functions.disconnect);
    this.add('Fallback', '$default', functions.fallback);
    this.add('Message', 'message', functions.message);
    this.add('Echo', 'echo', functions.message);
    this.add('History', 'history', functions.channel);
    this.add('Ping', 'ping', functions.channel);
    this.add('Subscribe', 'subscribe', functions.channel);
    this.add('Unsubscribe', 'unsubscribe', functions.channel);
    this.add('Presence', 'presence', functions.channel);
    this.add('Signal', 'signal', functions.channel);
  }

  // One integration object per route: a shared one gives API Gateway the permission for its first route only.
  private add(id: string, routeKey: string, handler: Handler, authorizer?: WebSocketLambdaAuthorizer): void {
    const route = new WebSocketRoute(this, id, {
      webSocketApi: this.api,
      routeKey,
      integration: new WebSocketLambdaIntegration('Integration', handler.function),
      ...(authorizer && { authorizer }),
    });
    if (routeKey === '$connect') return;
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Only $connect can have an authorizer; every other route serves connections that it let in, and carries its verdict.',
    });
  }
}
