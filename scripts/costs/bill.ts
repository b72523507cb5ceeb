// Computes a month's bill from what operations take, how often they happen, and what AWS asks.
import type { Operation } from './operations.ts';
import { HANDED_OVER, type Run, type Usage, type Use } from './usage.ts';

/** What AWS asks, in dollars, by what is paid for. The keys say how much of it. */
export interface Prices {
  readonly region: string;
  readonly asOf: string;
  /** AWS's pages. */
  readonly sources: readonly { readonly name: string; readonly url: string }[];
  readonly dollars: {
    /** Frames in either direction, each begun 32 KB. */
    readonly millionMessages: number;
    readonly millionConnectionMinutes: number;
    /** Invocations of functions. */
    readonly millionRequests: number;
    readonly gigabyteSecond: number;
    readonly millionWriteUnits: number;
    readonly millionReadUnits: number;
    readonly gigabyteMonth: number;
  };
  /** Amounts a month above which AWS asks another price, which is not known here. */
  readonly upTo: { readonly millionMessages: number };
}

/** One thing that is paid for. */
export interface Item {
  readonly name: string;
  /** In units of `unit`. */
  readonly amount: number;
  readonly unit: string;
  /** Of one unit. */
  readonly dollars: number;
}

/** A month's bill, item by item. Throws where an operation or a price is not known. */
export function billOf(usage: Usage, operations: readonly Operation[], { dollars, upTo }: Prices): Item[] {
  const sum = (part: (use: Use, operation: Operation) => number): number =>
    usage.uses.reduce((total, use) => total + use.timesAMonth * part(use, operationOf(use, operations)), 0);
  const millions = (part: (use: Use, operation: Operation) => number): number => sum(part) / 1e6;

  const messages = millions(({ framesIn }, { calls }) => framesIn + calls.posts);
  if (messages > upTo.millionMessages) throw new Error(`prices.json has no price for more than ${upTo.millionMessages} million messages a month.`);
  return [
    { name: 'API Gateway, messages', amount: messages, unit: 'million', dollars: dollars.millionMessages },
    { name: 'API Gateway, connection minutes', amount: usage.connectionMinutes / 1e6, unit: 'million', dollars: dollars.millionConnectionMinutes },
    { name: 'DynamoDB, write units', amount: millions((_, { writeUnits }) => writeUnits), unit: 'million', dollars: dollars.millionWriteUnits },
    { name: 'DynamoDB, read units', amount: millions((_, { readUnits }) => readUnits), unit: 'million', dollars: dollars.millionReadUnits },
    { name: 'DynamoDB, storage', amount: usage.storage, unit: 'GB', dollars: dollars.gigabyteMonth },
    { name: 'Lambda, requests', amount: millions(({ runs }, { calls }) => runs.length + calls.invokes), unit: 'million', dollars: dollars.millionRequests },
    { name: 'Lambda, time', amount: sum(gigabyteSeconds), unit: 'GB-s', dollars: dollars.gigabyteSecond },
  ];
}

/** What the items come to, in dollars. */
export function total(items: readonly Item[]): number {
  return items.reduce((sum, { amount, dollars }) => sum + amount * dollars, 0);
}

function operationOf({ operation: wanted }: Use, operations: readonly Operation[]): Operation {
  const found = operations.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`docs/costs.json has no operation "${wanted}", which the usage has.`);
  return found;
}

function gigabyteSeconds({ runs }: Use, { calls }: Operation): number {
  const one = ({ megabytes, milliseconds }: Run): number => (megabytes / 1_024) * (milliseconds / 1_000);
  return runs.reduce((sum, run) => sum + one(run), calls.invokes * one(HANDED_OVER));
}
