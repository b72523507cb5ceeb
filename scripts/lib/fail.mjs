// One way to end: a sentence that says what to do, and no stack trace that buries it.

/** Ends the program with `sentence`. */
export function fail(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}
