import { describe, expect, it } from 'vitest';
import { apiOf, synthesise } from './synthesise.ts';

describe('the API', () => {
  it('picks a route by the action of a frame', () => {
    synthesise().template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });
});

describe('the stage', () => {
  it('deploys by itself, under the name that addresses and rights carry', () => {
    synthesise().template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { StageName: 'ws', AutoDeploy: true });
    synthesise().template.resourceCountIs('AWS::ApiGatewayV2::Deployment', 0);
  });

  it('sets both throttle values wherever it sets a route', () => {
    // GIVEN
    const { stage } = apiOf(synthesise(), 'WEBSOCKET');
    // THEN: CloudFormation takes a missing one for 0, which refuses every request
    expect(stage.Properties['DefaultRouteSettings']).toEqual({ ThrottlingRateLimit: 2_000, ThrottlingBurstLimit: 1_000 });
    expect(stage.Properties).not.toHaveProperty('RouteSettings');
  });
});
