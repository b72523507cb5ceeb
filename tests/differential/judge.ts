/** The functions' own verifier, in a process of its own (judge.rs). */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { POOL } from './draft.ts';
import { JWKS } from './keys.ts';

/** What is asked of both verifiers. */
export interface Question {
  token: string;
  /** Milliseconds since 1970. */
  now: number;
  accessTokens: boolean;
}

/** Asks one question after the other. */
export class Judge {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor() {
    const cargo = ['run', '--locked', '--bin', 'judge'];
    this.#process = spawn('cargo', cargo, { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#process.stdin.write(line({ issuer: POOL.issuer, client: POOL.client, jwks: JWKS }));
  }

  /** `accepted` or the reason of the refusal, for each question. */
  async ask(questions: readonly Question[]): Promise<string[]> {
    this.#process.stdin.write(questions.map(({ token, now, accessTokens }) => line({ token, now, access_tokens: accessTokens })).join(''));
    const answers: string[] = [];
    while (answers.length < questions.length) {
      const answer = await this.#answers.next();
      if (answer.done) throw new Error(`the judge is gone after ${answers.length} of ${questions.length} answers`);
      answers.push(answer.value);
    }
    return answers;
  }

  end(): void {
    this.#process.stdin.end();
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
