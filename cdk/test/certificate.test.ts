import { describe, expect, it } from 'vitest';
import { readOwnHost } from '../lib/certificate.ts';
import { ContextValues, SettingsError } from '../lib/context-values.ts';
import { OWN_HOST } from './synthesise.ts';

const { certificateArn } = OWN_HOST;

function read(arn: unknown, publicOrigin: string | undefined): ReturnType<typeof readOwnHost> {
  return readOwnHost(new ContextValues({ certificateArn: arn }), { publicOrigin, further: [] });
}

describe('readOwnHost', () => {
  it('takes the host of the first allowed origin', () => {
    expect(read(certificateArn, 'https://chat.example.org')).toEqual({ certificateArn, host: 'chat.example.org' });
  });

  it.each(['https://chat.example.org', 'http://localhost:3000', undefined])('leaves %s alone without a certificate', (publicOrigin) => {
    expect(read(undefined, publicOrigin)).toBeUndefined();
  });
});

describe('readOwnHost refuses', () => {
  it.each([
    '',
    true,
    'certificate',
    certificateArn.replace('us-east-1', 'eu-west-1'),
    certificateArn.replace('acm', 'iam'),
    certificateArn.replace('123456789012', '12345678901'),
    `${certificateArn}/x`,
  ])('%j, which is no certificate for CloudFront', (arn) => {
    expect(() => read(arn, 'https://chat.example.org')).toThrow(
      /^Context value "certificateArn" is .*: write the ARN of an ACM certificate in us-east-1, the only region from which CloudFront takes one\.$/,
    );
  });

  it('a certificate without a host', () => {
    expect(() => read(certificateArn, undefined)).toThrow(
      /: write allowedOrigins too, whose first origin is the certificate's host, or leave it out\.$/,
    );
  });

  it.each([
    ['http://localhost:3000', 'an https origin first, since certificateArn is given, or leave certificateArn out'],
    ['https://chat.example.org:8443', 'an origin without a port first, since certificateArn is given and CloudFront answers on port 443 alone'],
  ])('the origin %s', (origin, write) => {
    expect(() => read(certificateArn, origin)).toThrow(new SettingsError(`Context value "allowedOrigins" is "${origin}": write ${write}.`));
  });
});
