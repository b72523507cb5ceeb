// What the page says when something does not work: what happened, and what to do, without codes.
import { CarillonError, type ConnectionStatus, SessionError } from '@carillon/client';

// A map, and not an object: codes come from outside, and an object has members of its own.
const MESSAGE_PROBLEMS = new Map([
  ['too_large', 'Not sent: it is too long. Shorten it, or send it in parts.'],
  ['invalid_field', 'Not sent: it has characters that cannot be delivered. Write it again without them.'],
  ['forbidden', 'Not sent: you may not write here.'],
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
