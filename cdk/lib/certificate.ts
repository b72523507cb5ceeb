// A certificate makes the distribution answer for a host of one's own: the host of the application's own origin.
import { type ContextValues, SettingsError } from './context-values.ts';
import type { Origins } from './origins.ts';

/** A certificate and the host it is used for. */
export interface OwnHost {
  readonly certificateArn: string;
  readonly host: string;
}

const KEY = 'certificateArn';
const ARN = /^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9A-Za-z-]{1,64}$/;

/** Reads `certificateArn`; `undefined` when the distribution keeps to the address that CloudFront gives it. */
export function readOwnHost(values: ContextValues, { publicOrigin }: Origins): OwnHost | undefined {
  const certificateArn = values.text(KEY, ARN, 'the ARN of an ACM certificate in us-east-1, the only region from which CloudFront takes one');
  if (certificateArn === undefined) return undefined;
  if (publicOrigin === undefined) {
    throw SettingsError.for(KEY, certificateArn, 'allowedOrigins too, whose first origin is the certificate\'s host, or leave it out');
  }
  const url = new URL(publicOrigin);
  if (url.protocol !== 'https:') {
    throw SettingsError.for('allowedOrigins', publicOrigin, `an https origin first, since ${KEY} is given, or leave ${KEY} out`);
  }
  if (url.port !== '') {
    throw SettingsError.for('allowedOrigins', publicOrigin, `an origin without a port first, since ${KEY} is given and CloudFront answers on port 443 alone`);
  }
  return { certificateArn, host: url.hostname };
}
