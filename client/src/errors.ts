// What can go wrong, each with a code to decide by and a sentence for the developer.
import type { ErrorCode, ErrorFrame } from './protocol.ts';

/** The client's own codes, beside the server's. */
export type ClientErrorCode =
  /** The connection was closed by the application before an answer came. */
  | 'closed'
  /** The user is signed out; what was unsent is dropped. */
  | 'signed_out'
  /** A message could not be confirmed within the retention time: whether it was published is unknown. */
  | 'gave_up'
  /** No answer to a question in time. */
  | 'unanswered'
  /** Too many messages wait to be sent. */
  | 'outbox_full';

/** A request that failed, or trouble on the connection. */
export class CarillonError extends Error {
  override readonly name = 'CarillonError';
  /** An `ErrorCode`, a `ClientErrorCode`, or a code of a newer server. */
  readonly code: string;
  /** The field an `invalid_field` or `too_large` names. */
  readonly field: string | undefined;
  /** API Gateway's id of the frame, to look for in the logs. */
  readonly requestId: string | undefined;

  constructor(
    code: ErrorCode | ClientErrorCode | (string & {}),
    message: string,
    details: { readonly field?: string | undefined; readonly requestId?: string | undefined } = {},
  ) {
    super(message);
    this.code = code;
    this.field = details.field;
    this.requestId = details.requestId;
  }
}

export function errorOf({ code, message, details, requestId }: ErrorFrame): CarillonError {
  return new CarillonError(code, message, { field: details?.field, requestId });
}

/** The session endpoint refused, or could not be asked (`unavailable`). */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
