// What the rest of the stack needs to know of a user pool, whoever owns it.
import type { ExistingPool } from './existing-pool.ts';

/** The pool and client whose tokens are accepted. */
export interface Identity {
  readonly userPoolId: string;
  readonly clientId: string;
  /** The `iss` of its tokens; its keys are published below this address. */
  readonly issuer: string;
}

/** The identity that an existing pool gives. */
export function existingIdentity(pool: ExistingPool): Identity {
  return { userPoolId: pool.userPoolId, clientId: pool.clientId, issuer: `https://${host(pool.region)}/${pool.userPoolId}` };
}

// The pool's region decides the partition, not the stack's: AWS in China has a domain of its own.
function host(region: string): string {
  return `cognito-idp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
