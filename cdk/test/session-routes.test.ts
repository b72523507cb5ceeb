import { describe, expect, it } from 'vitest';
import { apiOf, functionOf, ofType, synthesise } from './synthesise.ts';

const synthesis = synthesise();
const { id, routes, integrations } = apiOf(synthesis, 'HTTP');

const ROUTES = [
  'GET /session',
  'POST /session',
  'DELETE /session',
  'GET /session/login',
  'GET /session/callback',
  'POST /session/refresh',
  'DELETE /session/all',
];

describe('the routes of the session', () => {
  it('are these, and no default', () => {
    expect(routes.map(({ Properties }) => Properties['RouteKey'])).toEqual(ROUTES);
  });

  it('all go to fn-session, in the form it reads', () => {
    // GIVEN
    const [handler] = functionOf(synthesis, 'fn-session');
    const [[integration, { Properties }], ...others] = integrations as [(typeof integrations)[0], ...typeof integrations];
    // THEN
    expect(others).toEqual([]);
    expect(Properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: { 'Fn::GetAtt': [handler, 'Arn'] },
    });
    for (const route of routes) expect(JSON.stringify(route.Properties['Target'])).toContain(`"${integration}"`);
  });

  it('may invoke it, each alone', () => {
    const [handler] = functionOf(synthesis, 'fn-session');
    const permissions = ofType(synthesis, 'AWS::Lambda::Permission')
      .map(([, { Properties }]) => Properties)
      .filter(({ FunctionName }) => JSON.stringify(FunctionName).includes(`"${handler}"`));
    const sources = permissions.map(({ SourceArn }) => JSON.stringify(SourceArn));
    expect(sources).toHaveLength(ROUTES.length);
    for (const route of ROUTES) expect(sources.some((source) => source.includes(`"/*/*${route.replace(/^\w+ /, '')}"`))).toBe(true);
    for (const source of sources) expect(source).toContain(`{"Ref":"${id}"}`);
  });
});
