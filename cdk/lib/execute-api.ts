// The address at which API Gateway answers for an API, in whatever region and partition the stack is.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The host of an API's default endpoint. */
export function executeApiHost(scope: Construct, apiId: string): string {
  const { region, urlSuffix } = Stack.of(scope);
  return `${apiId}.execute-api.${region}.${urlSuffix}`;
}
