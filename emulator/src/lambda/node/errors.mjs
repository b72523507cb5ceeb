// Errors in the shape that Lambda's Node runtime reports them: errorType, errorMessage, trace.

/** An error of the runtime's own, named as on AWS, such as `Runtime.HandlerNotFound`. */
export class RuntimeError extends Error {
  constructor(name, message, cause) {
    super(message);
    this.name = name;
    // Where the runtime made it tells nobody anything.
    this.stack = cause?.stack ? `${name}: ${message}\n${cause.stack}` : `${name}: ${message}`;
  }
}

/** What Lambda's API answers, and what the log holds, of anything that was thrown. */
export function described(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}
