// The usage that the cost table is about: how many people do what, how often, and what no counting of calls can tell, such
// as how long a function runs.

/** Time of a function, at its memory as cdk/lib sets it. */
export interface Run {
  readonly megabytes: number;
  readonly milliseconds: number;
}

/** What an operation adds to the calls of its functions, and how often it happens. */
export interface Use {
  /** Its name in docs/costs.json. */
  readonly operation: string;
  readonly timesAMonth: number;
  /** Frames that come in: one of a client, or none for what is no frame. */
  readonly framesIn: 0 | 1;
  readonly runs: readonly Run[];
}

/** A month of some people. */
export interface Usage {
  readonly users: number;
  /** The same in words. */
  readonly text: string;
  readonly uses: readonly Use[];
  readonly connectionMinutes: number;
  /** GB, with what expired and has not been deleted yet. */
  readonly storage: number;
}

/** People in README.md's month. */
export const USERS = 10_000;
const DAYS = 22;
const HOURS = 8;
const MESSAGES = 20;
const ROOMS = 5;
const ROOM_MEMBERS = 50;
const HEARTBEAT_SECONDS = 240;

// A connection ends with its token, which Cognito gives for an hour; all but the first of a day replace another.
const CONNECTIONS = HOURS;

// An entry with a kilobyte of content, and the record of its id. Kept for a day, then deleted within about another.
const BYTES_STORED = 1_500;
const DAYS_STORED = 2;

// Assumed, not measured: warm functions that mostly wait for DynamoDB. Starts of new environments are left out.
const SHORT: Run = { megabytes: 256, milliseconds: 20 };
const VERIFYING: Run = { megabytes: 256, milliseconds: 5 };
const ANSWERING: Run = { megabytes: 512, milliseconds: 20 };
const POSTING_TO_A_ROOM: Run = { megabytes: 512, milliseconds: 80 };
const SWEEPING: Run = { megabytes: 512, milliseconds: 300 };

/** A run of fn-fanout, for each time that an operation hands over. */
export const HANDED_OVER: Run = { megabytes: 1_024, milliseconds: 100 };

/** A month of so many people at work. */
export function usageOf(users: number): Usage {
  const byEachUser = (timesADay: number): number => users * DAYS * timesADay;
  return {
    users,
    text:
      `${users.toLocaleString('en')} users online ${HOURS} hours a day on ${DAYS} days, a new connection every hour, ${ROOMS} rooms each;\n` +
      `each sends ${MESSAGES} messages a day into rooms of ${ROOM_MEMBERS} members; a heartbeat every ${HEARTBEAT_SECONDS} s`,
    uses: [
      { operation: 'connect', timesAMonth: byEachUser(1), framesIn: 0, runs: [VERIFYING, SHORT] },
      { operation: 'connect, replacing another', timesAMonth: byEachUser(CONNECTIONS - 1), framesIn: 0, runs: [VERIFYING, SHORT] },
      { operation: 'subscribe', timesAMonth: byEachUser(CONNECTIONS * ROOMS), framesIn: 1, runs: [ANSWERING] },
      { operation: `message, room of ${ROOM_MEMBERS}`, timesAMonth: byEachUser(MESSAGES), framesIn: 1, runs: [POSTING_TO_A_ROOM] },
      { operation: 'heartbeat', timesAMonth: byEachUser((HOURS * 3_600) / HEARTBEAT_SECONDS), framesIn: 1, runs: [ANSWERING] },
      { operation: `disconnect, ${ROOMS} rooms`, timesAMonth: byEachUser(CONNECTIONS), framesIn: 0, runs: [SHORT] },
      { operation: 'sweep, 1000 connections', timesAMonth: byEachUser((HOURS * 60) / 1_000), framesIn: 0, runs: [SWEEPING] },
    ],
    connectionMinutes: byEachUser(HOURS * 60),
    storage: (users * MESSAGES * DAYS_STORED * BYTES_STORED) / 1e9,
  };
}
