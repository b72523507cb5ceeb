// The routes below /session, all answered by one function. Exact keys: what is not listed is API Gateway's own 404.
import { Validations } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Handler } from './handler.ts';

/** What the routes connect. */
export interface SessionRoutesProps {
  readonly api: HttpApi;
  readonly handler: Handler;
}

const ROUTES = [
  ['Current', HttpMethod.GET, '/session'],
  ['Adopt', HttpMethod.POST, '/session'],
  ['SignOut', HttpMethod.DELETE, '/session'],
  ['Login', HttpMethod.GET, '/session/login'],
  ['Callback', HttpMethod.GET, '/session/callback'],
  ['Refresh', HttpMethod.POST, '/session/refresh'],
  ['SignOutEverywhere', HttpMethod.DELETE, '/session/all'],
] as const;

/** The routes of the session. */
export class SessionRoutes extends Construct {
  constructor(scope: Construct, id: string, { api, handler }: SessionRoutesProps) {
    super(scope, id);
    // One integration for all; each route gets a permission of its own. Payload 2.0 is what the function reads.
    const integration = new HttpLambdaIntegration('Integration', handler.function);
    for (const [name, method, path] of ROUTES) {
      const route = new HttpRoute(this, name, { httpApi: api, routeKey: HttpRouteKey.with(path, method), integration });
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Signing in happens here: the function itself verifies the token in the cookie, the state or the bearer token.',
      });
    }
  }
}
