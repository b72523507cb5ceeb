// What the rest of the stack needs to know of a user pool, whoever owns it.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ExistingPool } from './existing-pool.ts';

/** The pool and client whose tokens are accepted. */
export interface Identity {
  readonly userPoolId: string;
  readonly userPoolArn: string;
  readonly clientId: string;
  /** The `iss` of its tokens; its keys are published below this address. */
  readonly issuer: string;
  /** Base URL of its sign-in pages, without a trailing slash; empty where it has none. */
  readonly signInBaseUrl: string;
}

/** The identity that an existing pool gives to the stack of `scope`, which is in the same account. */
export function existingIdentity(scope: Construct, pool: ExistingPool): Identity {
  const { userPoolId, clientId, region, signInBaseUrl = '' } = pool;
  return {
    userPoolId,
    userPoolArn: Stack.of(scope).formatArn({ service: 'cognito-idp', region, resource: 'userpool', resourceName: userPoolId }),
    clientId,
    issuer: `https://${host(region)}/${userPoolId}`,
    signInBaseUrl,
  };
}

// The pool's region decides the partition, not the stack's: AWS in China has a domain of its own.
function host(region: string): string {
  return `cognito-idp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
