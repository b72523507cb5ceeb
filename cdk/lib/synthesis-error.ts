// What ends a synthesis and can be mended by the person at the command line, to whom its one sentence is written.

/** Ends the synthesis with its message alone, without a stack trace that would bury it. */
export class SynthesisError extends Error {
  override readonly name: string = 'SynthesisError';
}
