// The WebSocket API and its one stage, without routes: functions need its address before routes can name functions.
import { ArnFormat, type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { executeApiHost } from './execute-api.ts';
import type { Right } from './handler.ts';

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
    Validations.of(this.stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason: 'The log of a WebSocket API needs a role that is set once per account and region, which a stack among others does not take over unasked.',
    });
  }

  /** Host of the API, for who stands in front of it; the stage is the path. */
  get host(): string {
    return executeApiHost(this, this.api.apiId);
  }

  /** Where functions post to connections; the SDK adds `/@connections/…`. */
  get managementUrl(): string {
    return this.stage.callbackUrl;
  }

  /** Allows exactly these methods on the open connections: POST sends a frame, DELETE ends the connection. */
  allow(...methods: ('DELETE' | 'POST')[]): Right {
    const stack = Stack.of(this);
    const paths = methods.map((method) => `${STAGE_NAME}/${method}/@connections/*`);
    const resources = paths.map((resourceName) =>
      stack.formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }),
    );
    const api = stack.getLogicalId(this.api.node.defaultChild as CfnElement);
    return {
      statement: new PolicyStatement({ actions: ['execute-api:ManageConnections'], resources }),
      acknowledgments: paths.map((path) => ({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${api}>/${path}]`,
        reason: 'API Gateway makes the ids of connections; nobody knows them beforehand.',
      })),
    };
  }
}
