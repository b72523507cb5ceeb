import { describe, expect, it } from 'vitest';
import { apiOf, PROD, synthesise } from './synthesise.ts';

describe.each([
  ['dev', {}, 7],
  ['prod', PROD, 90],
])('the API of the session in %s', (_profile, context, retention) => {
  const synthesis = synthesise(context);
  const { api, stage } = apiOf(synthesis, 'HTTP');

  it('lets no other origin in', () => {
    expect(api.Properties).not.toHaveProperty('CorsConfiguration');
  });

  it('is reachable for the distribution', () => {
    expect(api.Properties).not.toHaveProperty('DisableExecuteApiEndpoint');
  });

  it('has one stage without a path, which deploys by itself and is throttled', () => {
    expect(stage.Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 500 },
    });
    expect(stage.Properties).not.toHaveProperty('RouteSettings');
  });

  it('logs each request to a log group of its own, without what came with it', () => {
    // GIVEN
    const { DestinationArn: arn, Format: format } = stage.Properties['AccessLogSettings'] as { DestinationArn: { 'Fn::GetAtt': [string, string] }; Format: string };
    // THEN
    expect(synthesis.resources[arn['Fn::GetAtt'][0]]).toMatchObject({ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: retention } });
    expect(JSON.parse(format)).toEqual({
      requestId: '$context.requestId',
      timeMs: '$context.requestTimeEpoch',
      route: '$context.routeKey',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      error: '$context.integrationErrorMessage',
    });
  });
});
