// The WebSocket API and its one stage, without routes: functions need its address before routes can name functions.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

const STAGE_NAME = 'ws';

// Requests a second and requests at once, for each route. API Gateway takes 10,000 a second for all APIs of an account
// in a region, handshakes and posts to connections included; a route may have a fifth of that. Both must stand here:
// CloudFormation sets a missing one to 0, which refuses everything.
const THROTTLE = { rateLimit: 2_000, burstLimit: 1_000 };

/** An API that picks a route by the frame's `action`. */
export class SocketApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      routeSelectionExpression: '$request.body.action',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: STAGE_NAME,
      // An explicit deployment would depend on the routes, those on the functions, and those on this stage.
      autoDeploy: true,
      throttle: THROTTLE,
    });
  }

  /** Where functions post to connections; the SDK adds `/@connections/…`. */
  get managementUrl(): string {
    return this.stage.callbackUrl;
  }

  /** Allows posting to open connections: neither looking at one nor ending one. */
  allowPosting(): PolicyStatement {
    const connections = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: `${STAGE_NAME}/POST/@connections/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    return new PolicyStatement({ actions: ['execute-api:ManageConnections'], resources: [connections] });
  }
}
