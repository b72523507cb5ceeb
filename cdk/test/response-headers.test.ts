import { describe, expect, it } from 'vitest';
import { onlyOne, synthesise } from './synthesise.ts';

describe('the headers of the web client\'s files', () => {
  it('are these, whatever a file says', () => {
    const [, { Properties }] = onlyOne(synthesise(), 'AWS::CloudFront::ResponseHeadersPolicy');
    expect(Properties['ResponseHeadersPolicyConfig']).toEqual({
      Name: { 'Fn::Join': ['', ['Carillon-', { Ref: 'AWS::Region' }]] },
      SecurityHeadersConfig: {
        ContentSecurityPolicy: { ContentSecurityPolicy: "frame-ancestors 'none'; base-uri 'none'; object-src 'none'", Override: true },
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'DENY', Override: true },
        ReferrerPolicy: { ReferrerPolicy: 'same-origin', Override: true },
        StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, IncludeSubdomains: false, Override: true },
      },
      CustomHeadersConfig: {
        Items: [
          { Header: 'Cross-Origin-Opener-Policy', Value: 'same-origin', Override: true },
          { Header: 'Permissions-Policy', Value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()', Override: true },
        ],
      },
    });
  });
});
