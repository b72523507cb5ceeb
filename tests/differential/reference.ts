/** The verifier that AWS publishes for Cognito's tokens, set up as ours is, without a network and with a clock of our choice. */
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { JwtNotBeforeError } from 'aws-jwt-verify/error';
import { POOL } from './draft.ts';
import { JWKS } from './keys.ts';

/** What ours allows the issuer's clock to be ahead (seconds). */
const SKEW = 60;

const verifier = CognitoJwtVerifier.create({ userPoolId: POOL.id, clientId: POOL.client, tokenUse: null });
verifier.cacheJwks(JWKS);

/** Whether `aws-jwt-verify` accepts a token at `now`, in milliseconds since 1970. */
export function referenceAccepts(token: string, accessTokens: boolean, now: number): boolean {
  const clock = Date.now;
  Date.now = () => now;
  try {
    return accepts(token, { tokenUse: accessTokens ? null : 'id' });
  } finally {
    Date.now = clock;
  }
}

interface Options {
  tokenUse: 'id' | null;
  graceSeconds?: number;
}

/** Its one tolerance counts for `exp` too, where ours has none: so it is given that only where `nbf` alone is in the way. */
function accepts(token: string, options: Options): boolean {
  try {
    verifier.verifySync(token, { clientId: POOL.client, ...options });
    return true;
  } catch (error) {
    const isEarly = error instanceof JwtNotBeforeError && options.graceSeconds === undefined;
    return isEarly && accepts(token, { ...options, graceSeconds: SKEW });
  }
}
