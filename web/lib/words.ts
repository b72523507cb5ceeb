// What the page says when something does not work: what happened, and what to do, without codes.
import { CarillonError, type ConnectionStatus, SessionError } from '@carillon/client';
import type { Unread } from './unread.ts';

// A map, and not an object: codes come from outside, and an object has members of its own.
const MESSAGE_PROBLEMS = new Map([
  ['too_large', 'Not sent: it is too long. Shorten it, or send it in parts.'],
  ['invalid_field', 'Not sent: it has characters that cannot be delivered. Write it again without them.'],
  ['forbidden', 'Not sent: you may not write here.'],
  ['not_subscribed', 'Not sent: you have left this room.'],
  ['conflict', 'Not sent: it got mixed up with another message. Try again.'],
  ['gave_up', 'It is not known whether this was sent. Look for it in the conversation before you try again.'],
  ['outbox_full', 'Not sent: too many messages are waiting. Try again when they are sent.'],
  ['signed_out', 'Not sent: you were signed out.'],
  ['closed', 'Not sent: the connection was closed. Try again.'],
]);

/** Why a message was not sent. */
export function messageProblem(error: unknown): string {
  return (error instanceof CarillonError ? MESSAGE_PROBLEMS.get(error.code) : undefined) ?? 'Not sent: something went wrong. Try again.';
}

/** What is wrong with the name of a room. */
export function nameProblem(name: string): string {
  return name.trim() === '' ? 'Give the room a name.' : 'A room’s name has letters without accents, digits, - and _, and at most 64 of them.';
}

/** Why somebody is not let into a room. */
export function refusalProblem({ code }: CarillonError): string {
  switch (code) {
    case 'limit_reached':
      return 'You are in as many rooms as you may be. Leave one, and try again.';
    case 'forbidden':
      return 'You may not join this conversation.';
    default:
      return 'This conversation could not be joined. Try again in a moment.';
  }
}

/** `Ada is typing…`; empty for nobody. */
export function typingWords(names: readonly string[]): string {
  const [one, two] = names;
  if (one === undefined) return '';
  if (two === undefined) return `${one} is typing…`;
  return names.length === 2 ? `${one} and ${two} are typing…` : 'Several people are typing…';
}

/** What stands beside a conversation's name for those who do not see its badge; empty if all is read. */
export function unreadWords(unread: Unread): string {
  if (unread === 0) return '';
  return unread === 'some' ? ', unread messages' : `, ${unread} unread`;
}

/** Why older messages could not be read. */
export function historyProblem(error: unknown): string {
  const isRefused = error instanceof CarillonError && error.code === 'forbidden';
  return isRefused ? 'You may not read this conversation.' : 'Older messages could not be loaded. Try again in a moment.';
}

/** Why signing out did not work. */
export function signOutProblem(error: unknown): string {
  const isUnavailable = error instanceof SessionError && error.code === 'unavailable';
  return isUnavailable
    ? 'You are still signed in: the server cannot be reached. Try again in a moment.'
    : 'You are still signed in: the server refused to sign you out. Reload the page, and try again.';
}

/** What the connection is doing; for `waiting`, what stands before the seconds. */
export function statusWords(state: ConnectionStatus['state']): string {
  switch (state) {
    case 'idle':
    case 'connecting':
      return 'Connecting';
    case 'open':
      return 'Connected';
    case 'waiting':
      return 'Offline, trying again';
    case 'signed-out':
      return 'Signed out';
    case 'closed':
      return 'Disconnected';
  }
}
