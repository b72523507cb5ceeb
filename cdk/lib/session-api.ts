// The HTTP API of /session and its one stage, without routes: the function needs the distribution's address, and the
// distribution this API's. No CORS: only pages of the same origin call it, through the distribution.
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { executeApiHost } from './execute-api.ts';
import type { Settings } from './settings.ts';

// Requests a second and requests at once, for each route: a tenth of what API Gateway takes for all APIs of an account
// in a region, since a browser asks far less often than it sends. Both must stand here: CloudFormation sets a missing
// one to 0, which refuses everything.
const THROTTLE = { rateLimit: 1_000, burstLimit: 500 };

// Neither path nor query string, which carries the code of a sign-in, nor an address: behind the distribution it is
// CloudFront's.
const LOGGED = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    timeMs: AccessLogField.contextRequestTimeEpoch(),
    route: AccessLogField.contextRouteKey(),
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    error: AccessLogField.contextIntegrationErrorMessage(),
  }),
);

/** An API that the distribution shows under its own address. */
export class SessionApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { logRetentionDays }: Pick<Settings, 'logRetentionDays'>) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: `${Stack.of(this).stackName}-session`, createDefaultStage: false });
    // An HTTP API writes its log without a role of the account, unlike a WebSocket API.
    const logGroup = new LogGroup(this, 'AccessLog', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: LOGGED },
    });
  }

  /** Host of the API, for who stands in front of it. */
  get host(): string {
    return executeApiHost(this, this.api.apiId);
  }
}
