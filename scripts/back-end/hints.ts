// What to say beside an answer that is right and of no use, because a user was named by something else than their id.
import type { PushInput } from './options.ts';

const FIND = '"npm run users -- find NAME" tells the id of a user.';

/** The ids of user pools are UUIDs. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A sentence for the person at the command line, if there is something to say. */
export function hintOn(input: PushInput, answer: unknown): string | undefined {
  if (input.action === 'publish') {
    const stranger = usersOf(input.channel).find((user) => !ID.test(user));
    return stranger === undefined ? undefined : `The user pool gives no id such as ${stranger}, so that nobody reads this: ${FIND}`;
  }
  if (input.originJti !== undefined) return undefined;
  const { connections, closed } = answer as { readonly connections?: readonly unknown[]; readonly closed?: number };
  return connections?.length === 0 || closed === 0 ? `Nobody with the id ${input.user} is connected: ${FIND}` : undefined;
}

function usersOf(channel: string): readonly string[] {
  const [kind, ...users] = channel.split(':');
  return kind === 'user' || kind === 'dm' ? users : [];
}
