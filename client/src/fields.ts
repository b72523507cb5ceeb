// Reads values of unknown shape, field by field, without ever throwing.

export type Fields = Readonly<Record<string, unknown>>;

/** undefined for what is no JSON. */
export function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** An object's fields; undefined for anything else. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** An instant or a duration, in milliseconds. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** A `seq` or the head of an empty channel: whole and below 2^53. */
export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** What `read` makes of each; what it cannot read is left out. */
export function listOf<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  return Array.isArray(value) ? value.map(read).filter((item) => item !== undefined) : undefined;
}
