// The product as a user starts it: `npm start`, with a state folder of its own, on a free port.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');

/** What the tests use of `endpoints.json`. */
export interface Endpoints {
  readonly web: string;
  readonly inspector: string;
  readonly websocket: string;
  readonly dynamodb: string;
  readonly cognito: { readonly endpoint: string; readonly clientId: string; readonly userPoolId: string };
  readonly users: readonly { readonly username: string; readonly password: string }[];
}

/** A running stack. */
export class RunningStack {
  readonly folder: string;
  private readonly npm: ChildProcess;

  private constructor(folder: string, npm: ChildProcess) {
    this.folder = folder;
    this.npm = npm;
  }

  /** Starts one and waits for its `ready`. Everything it prints goes to a file: see {@link logOf}. */
  static async start(options: readonly string[] = []): Promise<RunningStack> {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-browser-'));
    const npm = spawn('npm', ['start', '--silent', '--', '--state', join(folder, 'state'), ...options], {
      cwd: REPOSITORY,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const log = createWriteStream(logFile(folder));
    npm.stderr.pipe(log, { end: false });
    await new Promise<void>((resolve, reject) => {
      npm.stdout.setEncoding('utf8').on('data', (text: string) => {
        log.write(text);
        if (/^ready /m.test(text)) resolve();
      });
      npm.on('exit', () => { reject(new Error(`npm start ended: ${logOf(folder)}`)); });
    });
    return new RunningStack(folder, npm);
  }

  /** Ends it as Ctrl-C does, and removes its folder. */
  async stop(): Promise<void> {
    const ended = once(this.npm, 'exit');
    if (this.npm.pid !== undefined) process.kill(-this.npm.pid, 'SIGINT');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** Where the stack in `folder` answers. */
export function endpointsOf(folder: string): Endpoints {
  return JSON.parse(readFileSync(join(folder, 'state', 'endpoints.json'), 'utf8')) as Endpoints;
}

/** Everything that the stack in `folder` has printed: the launcher's, the emulator's and the functions' lines. */
export function logOf(folder: string): string {
  return readFileSync(logFile(folder), 'utf8');
}

function logFile(folder: string): string {
  return join(folder, 'log');
}
