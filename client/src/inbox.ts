// Where each frame of the server goes: to what asked for it, to its channel, or to the application.
import type { Channels } from './channels.ts';
import type { Emitter } from './emitter.ts';
import { errorOf } from './errors.ts';
import type { ConnectionEvents } from './events.ts';
import type { Frame } from './frames.ts';
import type { ErrorFrame, JoinedFrame, LeftFrame, SignalFrame } from './protocol.ts';
import type { Requests } from './requests.ts';

export interface Receivers {
  readonly channels: Channels;
  readonly requests: Requests;
  readonly events: Emitter<ConnectionEvents>;
}

/** Of a link that is not sent on any more only pushes count: what was asked on it is asked again on its successor. */
export function receive(frame: Frame, isCurrent: boolean, to: Receivers): void {
  switch (frame.type) {
    case 'message':
      to.channels.pushed(frame);
      break;
    case 'signal':
      signalled(frame, to);
      break;
    case 'presence':
      if (!('users' in frame)) {
        presenceChanged(frame, to);
      } else if (isCurrent) {
        to.requests.answer(frame);
      }
      break;
    default:
      if (isCurrent) {
        answered(frame, to);
      }
  }
}

function answered(frame: Exclude<Frame, { readonly type: 'message' | 'signal' | 'presence' }>, to: Receivers): void {
  switch (frame.type) {
    case 'subscribed':
      to.channels.subscribed(frame);
      break;
    case 'unsubscribed':
      to.channels.unsubscribed(frame);
      break;
    case 'ack':
      to.requests.answer(frame);
      to.channels.expect(frame.channel, frame.seq);
      break;
    case 'echo':
    case 'history':
      to.requests.answer(frame);
      break;
    case 'error':
      if (!to.requests.answer(frame) && !to.channels.refused(frame)) {
        complained(frame, to);
      }
      break;
    case 'gateway':
      to.requests.doubt();
      break;
    case 'closing':
      to.events.emit('closing', frame);
      break;
    case 'pong':
      break;
  }
}

/** Something without an id was refused, such as a signal. That the connection has ended, its end says. */
function complained(frame: ErrorFrame, { events }: Receivers): void {
  if (frame.id === undefined && frame.code !== 'token_expired') {
    events.emit('error', errorOf(frame));
  }
}

function signalled({ channel, sender, content, at }: SignalFrame, { channels, events }: Receivers): void {
  if (channels.isHeard(channel)) {
    events.emit('signal', { channel, sender, content, at });
  }
}

function presenceChanged(frame: JoinedFrame | LeftFrame, { channels, events }: Receivers): void {
  const { channel, at } = frame;
  if (!channels.hasPresence(channel)) {
    return;
  }
  if ('joined' in frame) {
    events.emit('presence', { channel, at, kind: 'joined', person: frame.joined });
  } else {
    events.emit('presence', { channel, at, kind: 'left', person: frame.left });
  }
}
