// Finds a user's id by the name they sign in with: channels and the back end's orders name users by id alone.
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { ANY_CREDENTIALS, CommandError, commandError, endpointsOf, outputOf, type Target } from './stacks.ts';

const OUTPUT = 'UserPoolId';

/** A user of the pool. */
export interface Found {
  readonly id: string;
  readonly username: string;
}

/** Resolves to the user with this name; rejects with a {@link CommandError}. */
export async function find(target: Target, username: string): Promise<Found> {
  try {
    const { client, pool } = await ('stack' in target ? onAws(target.stack) : onThisMachine(target.state));
    return await ask(client, pool, username);
  } catch (error) {
    throw commandError('The user pool could not be asked', error, target);
  }
}

interface Place {
  readonly client: CognitoIdentityProviderClient;
  readonly pool: string;
}

async function onThisMachine(state: string): Promise<Place> {
  const { region, cognito: { endpoint, userPoolId: pool } } = endpointsOf(state);
  if (pool === null || endpoint === null) throw new CommandError(`The stack with the state in ${state} has no user pool.`);
  const { CognitoIdentityProviderClient } = await import('@aws-sdk/client-cognito-identity-provider');
  // An existing pool stays where it is, and asks for credentials.
  const isHere = endpoint.startsWith('http://');
  const client = isHere ? { endpoint, region, credentials: ANY_CREDENTIALS } : { region: regionOf(pool) };
  return { client: new CognitoIdentityProviderClient(client), pool };
}

async function onAws(stack: string): Promise<Place> {
  const pool = await outputOf(stack, OUTPUT);
  const { CognitoIdentityProviderClient } = await import('@aws-sdk/client-cognito-identity-provider');
  return { client: new CognitoIdentityProviderClient({ region: regionOf(pool) }), pool };
}

// A pool may stand in another region than the stack, and its id begins with it.
function regionOf(pool: string): string {
  return pool.slice(0, pool.indexOf('_'));
}

async function ask(client: CognitoIdentityProviderClient, pool: string, name: string): Promise<Found> {
  const { AdminGetUserCommand, UserNotFoundException } = await import('@aws-sdk/client-cognito-identity-provider');
  try {
    const { Username: username = name, UserAttributes = [] } = await client.send(new AdminGetUserCommand({ UserPoolId: pool, Username: name }));
    const id = UserAttributes.find(({ Name }) => Name === 'sub')?.Value;
    if (id === undefined) throw new CommandError(`The user pool tells no id of ${username}.`);
    return { id, username };
  } catch (error) {
    throw error instanceof UserNotFoundException ? new CommandError(`The user pool has no user with the name ${name}.`) : error;
  }
}
