// Channel names: what kind of channel one is, and which it may be. PROTOCOL.md has the table.
import { GROUP_CHARACTERS_MAX, ROOM_CHARACTERS_MAX, USER_ID_CHARACTERS_MAX } from './wire.ts';

const ID = `[A-Za-z0-9_-]{1,${USER_ID_CHARACTERS_MAX}}`;
const ROOM = `room:[A-Za-z0-9_-]{1,${ROOM_CHARACTERS_MAX}}`;
const GROUP = `group:[A-Za-z0-9_.-]{1,${GROUP_CHARACTERS_MAX}}`;
const CHANNEL = new RegExp(`^(?:all|${ROOM}|${GROUP}|user:${ID}|dm:${ID}:${ID})$`);

/** `all`, a room, a group, somebody's own channel, or the one that two people have. */
export type ChannelKind = 'all' | 'room' | 'group' | 'user' | 'dm';

/** undefined: no channel can have this name. */
export function kindOf(channel: string): ChannelKind | undefined {
  if (!CHANNEL.test(channel)) {
    return undefined;
  }
  const [kind, one = '', other = ''] = channel.split(':');
  return kind === 'dm' && one >= other ? undefined : (kind as ChannelKind);
}

/** The channel that reaches one user on all their connections. */
export function userChannel(user: string): string {
  return `user:${user}`;
}

/** The channel that two people have to themselves. */
export function directChannel(one: string, other: string): string {
  // Ids are ASCII: comparing UTF-16 units compares bytes.
  return one < other ? `dm:${one}:${other}` : `dm:${other}:${one}`;
}

/** The other one in a direct channel of `user`; undefined: it is none of theirs. */
export function partnerOf(channel: string, user: string): string | undefined {
  if (kindOf(channel) !== 'dm') {
    return undefined;
  }
  const [one, other] = channel.slice('dm:'.length).split(':');
  return one === user ? other : other === user ? one : undefined;
}
