import { describe, expect, it } from 'vitest';
import { apiOf, functionOf, ofType, onlyOne, synthesise } from './synthesise.ts';

const synthesis = synthesise();
const { id: apiId, routes, integrations } = apiOf(synthesis, 'WEBSOCKET');

const ROUTES: readonly [string, string][] = [
  ['$connect', 'fn-connect'],
  ['$disconnect', 'fn-disconnect'],
  ['$default', 'fn-default'],
  ['message', 'fn-message'],
  ['echo', 'fn-message'],
  ['history', 'fn-channel'],
  ['ping', 'fn-channel'],
  ['subscribe', 'fn-channel'],
  ['unsubscribe', 'fn-channel'],
  ['presence', 'fn-channel'],
  ['signal', 'fn-channel'],
];

describe('the routes', () => {
  it('are these', () => {
    const keys = routes.map(({ Properties }) => Properties['RouteKey']);
    expect(keys).toEqual(ROUTES.map(([key]) => key));
  });

  it.each(ROUTES)('%s goes to %s, one way', (routeKey, binary) => {
    // GIVEN the route and the integration it targets
    const route = routes.find(({ Properties }) => Properties['RouteKey'] === routeKey);
    const [handler] = functionOf(synthesis, binary);
    const integration = integrations.find(([id]) => JSON.stringify(route?.Properties['Target']).includes(`"${id}"`));
    // THEN
    expect(integration?.[1].Properties).toMatchObject({ IntegrationType: 'AWS_PROXY' });
    expect(JSON.stringify(integration?.[1].Properties['IntegrationUri'])).toContain(`"Fn::GetAtt":["${handler}","Arn"]`);
    expect(route?.Properties).not.toHaveProperty('RouteResponseSelectionExpression');
  });

  it('each have an integration and a permission of their own', () => {
    // GIVEN
    const permissions = ofType(synthesis, 'AWS::Lambda::Permission').filter(([, { Properties }]) => JSON.stringify(Properties['SourceArn']).includes(`"${apiId}"`));
    const targets = routes.map(({ Properties }) => JSON.stringify(Properties['Target']));
    // THEN one of each a route, and a permission more for the authorizer
    expect(new Set(targets).size).toBe(ROUTES.length);
    expect(integrations).toHaveLength(ROUTES.length);
    expect(permissions).toHaveLength(ROUTES.length + 1);
  });

  it.each(ROUTES)('%s may invoke %s, and nothing else may', (routeKey, binary) => {
    // GIVEN
    const [handler] = functionOf(synthesis, binary);
    const permissions = ofType(synthesis, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    const ofRoute = permissions.filter(({ SourceArn }) => JSON.stringify(SourceArn).includes(`"/*${routeKey}"`));
    // THEN
    expect(ofRoute).toMatchObject([
      { Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com', FunctionName: { 'Fn::GetAtt': [handler, 'Arn'] } },
    ]);
  });
});

describe('the authorizer', () => {
  it('sees every handshake, whatever headers it has', () => {
    const [, authorizer] = onlyOne(synthesis, 'AWS::ApiGatewayV2::Authorizer');
    const [handler] = functionOf(synthesis, 'fn-authorizer');
    expect(authorizer.Properties).toMatchObject({ AuthorizerType: 'REQUEST', IdentitySource: [] });
    expect(JSON.stringify(authorizer.Properties['AuthorizerUri'])).toContain(`"Fn::GetAtt":["${handler}","Arn"]`);
  });

  it('guards $connect, the only route that can have one', () => {
    // GIVEN
    const [authorizer] = onlyOne(synthesis, 'AWS::ApiGatewayV2::Authorizer');
    const guards = routes.map(({ Properties }) => [
      Properties['RouteKey'],
      Properties['AuthorizationType'],
      Properties['AuthorizerId'],
    ]);
    // THEN
    expect(guards).toEqual(ROUTES.map(([key]) => (key === '$connect' ? [key, 'CUSTOM', { Ref: authorizer }] : [key, 'NONE', undefined])));
  });

  it('may be invoked by the API as this authorizer alone', () => {
    const [authorizer] = onlyOne(synthesis, 'AWS::ApiGatewayV2::Authorizer');
    const [handler] = functionOf(synthesis, 'fn-authorizer');
    const permissions = ofType(synthesis, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    const own = permissions.filter(({ FunctionName }) => JSON.stringify(FunctionName).includes(`"${handler}"`));
    expect(own).toHaveLength(1);
    expect(JSON.stringify(own[0]?.['SourceArn'])).toContain(`"/authorizers/",{"Ref":"${authorizer}"}`);
  });
});
