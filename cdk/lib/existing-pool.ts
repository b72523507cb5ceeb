// An existing Cognito user pool in place of a new one: its values belong together and are checked together.
import { type ContextValues, SettingsError } from './context-values.ts';

/** A user pool that another stack or team owns. */
export interface ExistingPool {
  readonly userPoolId: string;
  readonly clientId: string;
  /** Read from the pool's id: the pool may live in another region than the stack. */
  readonly region: string;
  /** Base URL of the pool's sign-in pages, without a trailing slash, where there are any. */
  readonly signInBaseUrl: string | undefined;
}

/** Reads the pool; `undefined` when the stack is to make its own. */
export function readExistingPool(values: ContextValues): ExistingPool | undefined {
  const userPoolId = values.text('userPoolId', /^[a-z]{2}(-[a-z]+)+-\d_[0-9A-Za-z]{1,55}$/, 'the id of a user pool, like eu-west-1_AbCdEf123');
  const clientId = values.text('userPoolClientId', /^[0-9A-Za-z_+]{1,128}$/, 'the id of an app client of that user pool, 1 to 128 letters and digits');
  const signInBaseUrl = readSignInBaseUrl(values);
  if (userPoolId === undefined) {
    refuseWithoutPool('userPoolClientId', clientId);
    refuseWithoutPool('signInBaseUrl', signInBaseUrl);
    return undefined;
  }
  if (clientId === undefined) {
    throw SettingsError.for('userPoolClientId', undefined, `the id of the app client to use with userPoolId ${userPoolId}, or leave both out`);
  }
  refuseBesidePool(values, 'domainPrefix');
  return { userPoolId, clientId, region: userPoolId.slice(0, userPoolId.indexOf('_')), signInBaseUrl };
}

function readSignInBaseUrl(values: ContextValues): string | undefined {
  const write = 'the https address of the pool\'s sign-in pages, like https://login.example.org, without a trailing slash';
  return values.text('signInBaseUrl', /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*$/, write);
}

function refuseWithoutPool(key: string, value: string | undefined): void {
  if (value !== undefined) throw SettingsError.for(key, value, `userPoolId too, since ${key} describes an existing pool, or leave it out`);
}

function refuseBesidePool(values: ContextValues, key: string): void {
  const value = values.raw(key);
  if (value !== undefined) throw SettingsError.for(key, value, 'either it or userPoolId, since an existing pool keeps its own domain');
}
