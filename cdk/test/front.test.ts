import { describe, expect, it } from 'vitest';
import { apiOf, onlyOne, OWN_HOST, PROD, synthesise, type Synthesis } from './synthesise.ts';

interface Behavior {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
}

interface Config {
  readonly DefaultCacheBehavior: Behavior;
  readonly CacheBehaviors: readonly Behavior[];
  readonly Origins: readonly { readonly Id: string; readonly DomainName: unknown }[];
}

// AWS's managed policies, by the ids that its documentation gives.
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

function configOf(synthesis: Synthesis): Config {
  return onlyOne(synthesis, 'AWS::CloudFront::Distribution')[1].Properties['DistributionConfig'] as Config;
}

const dev = synthesise();
const config = configOf(dev);

function behavior(path: string): Behavior {
  const found = config.CacheBehaviors.find(({ PathPattern }) => PathPattern === path);
  if (found === undefined) throw new Error(`no behaviour for ${path}`);
  return found;
}

function originOf({ TargetOriginId }: Behavior): unknown {
  return config.Origins.find(({ Id }) => Id === TargetOriginId);
}

function executeApi(protocol: 'HTTP' | 'WEBSOCKET'): object {
  return { 'Fn::Join': ['', [{ Ref: apiOf(dev, protocol).id }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] };
}

describe('the distribution', () => {
  it('has three behaviours and three origins', () => {
    expect(config.CacheBehaviors.map(({ PathPattern }) => PathPattern)).toEqual(['/session*', '/ws']);
    expect(config.Origins).toHaveLength(3);
  });

  it('sends /session and below to the HTTP API, with every method, uncached', () => {
    expect(behavior('/session*')).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      CachePolicyId: CACHING_DISABLED,
      OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
      ViewerProtocolPolicy: 'redirect-to-https',
    });
    expect(originOf(behavior('/session*'))).toMatchObject({ DomainName: executeApi('HTTP') });
  });

  it('sends /ws to the WebSocket API, whose stage has that name', () => {
    expect(behavior('/ws')).toMatchObject({
      CachePolicyId: CACHING_DISABLED,
      OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
      ViewerProtocolPolicy: 'redirect-to-https',
    });
    expect(originOf(behavior('/ws'))).toMatchObject({ DomainName: executeApi('WEBSOCKET') });
    expect(apiOf(dev, 'WEBSOCKET').stage.Properties).toMatchObject({ StageName: 'ws' });
  });

  it.each(['/session*', '/ws'])('talks TLS 1.2 to the API behind %s, and adds no path', (path) => {
    expect(originOf(behavior(path))).toMatchObject({ CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] } });
    expect(originOf(behavior(path))).not.toHaveProperty('OriginPath');
  });

  it.each(['/session*', '/ws'])('leaves the answers of %s as they are', (path) => {
    expect(behavior(path)).not.toHaveProperty('ResponseHeadersPolicyId');
    expect(behavior(path)).not.toHaveProperty('FunctionAssociations');
    expect(config).not.toHaveProperty('CustomErrorResponses');
  });

  it('takes everything else from the private bucket, cached, with the web client\'s headers', () => {
    // GIVEN
    const [bucket] = onlyOne(dev, 'AWS::S3::Bucket');
    const [headers] = onlyOne(dev, 'AWS::CloudFront::ResponseHeadersPolicy');
    const [access] = onlyOne(dev, 'AWS::CloudFront::OriginAccessControl');
    const [pages] = onlyOne(dev, 'AWS::CloudFront::Function');
    // THEN
    expect(config).toMatchObject({ DefaultRootObject: 'index.html' });
    expect(config.DefaultCacheBehavior).toMatchObject({
      CachePolicyId: CACHING_OPTIMIZED,
      Compress: true,
      FunctionAssociations: ['viewer-request', 'viewer-response'].map((type) => ({ EventType: type, FunctionARN: { 'Fn::GetAtt': [pages, 'FunctionARN'] } })),
      ResponseHeadersPolicyId: { Ref: headers },
      ViewerProtocolPolicy: 'redirect-to-https',
    });
    expect(config.DefaultCacheBehavior).not.toHaveProperty('OriginRequestPolicyId');
    expect(originOf(config.DefaultCacheBehavior)).toMatchObject({
      DomainName: { 'Fn::GetAtt': [bucket, 'RegionalDomainName'] },
      OriginAccessControlId: { 'Fn::GetAtt': [access, 'Id'] },
    });
  });

  it('speaks HTTP/2 and HTTP/3', () => {
    expect(config).toMatchObject({ HttpVersion: 'http2and3', Enabled: true });
  });
});

describe('a host of one\'s own', () => {
  it('is the first allowed origin\'s, with TLS 1.2 and later', () => {
    expect(configOf(synthesise(OWN_HOST))).toMatchObject({
      Aliases: ['chat.example.org'],
      ViewerCertificate: { AcmCertificateArn: OWN_HOST.certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only' },
    });
  });

  it.each([{}, { ...PROD, allowedOrigins: 'https://chat.example.org' }])('needs a certificate: none in %j', (context) => {
    expect(configOf(synthesise(context))).not.toHaveProperty('Aliases');
    expect(configOf(synthesise(context))).not.toHaveProperty('ViewerCertificate');
  });
});

// One namespace for all regions of an account: a second region would otherwise be refused.
describe('names that CloudFront keeps for all regions', () => {
  it.each([
    ['AWS::CloudFront::Function', 'Name'],
    ['AWS::CloudFront::OriginAccessControl', 'OriginAccessControlConfig'],
    ['AWS::CloudFront::ResponseHeadersPolicy', 'ResponseHeadersPolicyConfig'],
  ])('%s carries the region', (type, property) => {
    const { Name: name = onlyOne(dev, type)[1].Properties[property] } = onlyOne(dev, type)[1].Properties[property] as { Name?: unknown };
    expect(JSON.stringify(name)).toContain('{"Ref":"AWS::Region"}');
  });
});
