// What one operation takes of the services that are paid for, as a test of the functions counts it into docs/costs.json.

/** One operation, as far as its functions call something. */
export interface Operation {
  readonly name: string;
  readonly calls: {
    /** Calls of DynamoDB. */
    readonly table: number;
    /** Frames posted to connections. */
    readonly posts: number;
    /** Invocations of one function by another. */
    readonly invokes: number;
  };
  /** DynamoDB's write request units; a transaction's count twice. */
  readonly writeUnits: number;
  /** DynamoDB's read request units; a consistent read counts one for each 4 KB. */
  readonly readUnits: number;
}

/** The content of docs/costs.json. */
export interface Operations {
  /** Where the numbers come from, as the end of a sentence, if no test has counted them. */
  readonly basis?: string;
  readonly operations: readonly Operation[];
}

/** Checks the content of docs/costs.json. */
export function readOperations(json: unknown): Operations {
  const { basis, operations } = json as Partial<Operations>;
  if (!Array.isArray(operations)) throw new Error('docs/costs.json has no list "operations".');
  const checked = (operations as unknown[]).map(readOperation);
  const names = checked.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`docs/costs.json has "${twice}" twice.`);
  return { ...(typeof basis === 'string' && { basis }), operations: checked };
}

function readOperation(json: unknown): Operation {
  const { name, calls, writeUnits, readUnits } = json as Partial<Operation>;
  const numbers = [calls?.table, calls?.posts, calls?.invokes, writeUnits, readUnits];
  if (typeof name !== 'string' || !numbers.every((number) => typeof number === 'number' && number >= 0)) {
    throw new Error(`docs/costs.json holds what is no operation: ${JSON.stringify(json)}`);
  }
  return json as Operation;
}
