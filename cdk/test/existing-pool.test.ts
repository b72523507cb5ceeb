import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ContextValues } from '../lib/context-values.ts';
import { readExistingPool } from '../lib/existing-pool.ts';
import { existingIdentity } from '../lib/identity.ts';
import { EXISTING_POOL, functions, synthesise } from './synthesise.ts';

describe('readExistingPool', () => {
  it('reads the region from the id', () => {
    // GIVEN a pool and its sign-in pages
    const values = new ContextValues({ ...EXISTING_POOL, signInBaseUrl: 'https://login.example.org:8443/pool' });
    // WHEN read THEN
    expect(readExistingPool(values)).toEqual({
      userPoolId: 'eu-west-1_AbCdEf123',
      clientId: EXISTING_POOL.userPoolClientId,
      region: 'eu-west-1',
      signInBaseUrl: 'https://login.example.org:8443/pool',
    });
  });

  it('finds none in an empty context', () => {
    expect(readExistingPool(new ContextValues({}))).toBeUndefined();
  });
});

describe('existingIdentity', () => {
  it.each([
    ['eu-west-1', 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A1'],
    ['us-gov-west-1', 'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_A1'],
    ['cn-north-1', 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A1'],
  ])('in %s has the issuer %s', (region, issuer) => {
    const stack = new Stack();
    const pool = { userPoolId: `${region}_A1`, clientId: 'c', region, signInBaseUrl: undefined };
    const { userPoolArn, ...identity } = existingIdentity(stack, pool);
    expect(identity).toEqual({ userPoolId: `${region}_A1`, clientId: 'c', issuer, signInBaseUrl: '' });
    expect(stack.resolve(userPoolArn)).toEqual({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:cognito-idp:${region}:`, { Ref: 'AWS::AccountId' }, `:userpool/${region}_A1`]],
    });
  });
});

describe('the stack with an existing pool', () => {
  it('makes no Cognito resource and names the pool', () => {
    // GIVEN
    const synthesis = synthesise(EXISTING_POOL);
    // THEN
    const types = Object.values(synthesis.resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('AWS::Cognito::'))).toEqual([]);
    expect([...functions(synthesis).keys()]).toEqual([...functions(synthesise()).keys()]);
    synthesis.template.hasOutput('UserPoolId', { Value: 'eu-west-1_AbCdEf123' });
    synthesis.template.hasOutput('UserPoolClientId', { Value: EXISTING_POOL.userPoolClientId });
  });
});
