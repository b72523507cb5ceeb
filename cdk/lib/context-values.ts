// Reads single context values strictly, because the CDK's command line hands every value over as text and ignores
// what it does not know. A refusal is one sentence: the key, what was got, what to write.
import { SynthesisError } from './synthesis-error.ts';

/** A context value that stops the synthesis. */
export class SettingsError extends SynthesisError {
  override readonly name = 'SettingsError';

  /** The sentence for `key`, which holds `got`, where `write` says what belongs there. */
  static for(key: string, got: unknown, write: string): SettingsError {
    return new SettingsError(`Context value "${key}" is ${shown(got)}: write ${write}.`);
  }
}

/** The smallest and largest number accepted, both included, and what they count. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** The raw context, read one key at a time. Every reader returns `undefined` for a key that is not there. */
export class ContextValues {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }

  /** The value as it came. */
  raw(key: string): unknown {
    return this.values[key];
  }

  /** One of `options`. */
  choice<T extends string>(key: string, options: readonly T[]): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const found = options.find((option) => option === value);
    if (found === undefined) throw SettingsError.for(key, value, options.join(' or '));
    return found;
  }

  /** `true` or `false`, as a boolean or as exactly that word. */
  flag(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw SettingsError.for(key, value, 'true or false');
  }

  /** A whole number within `bounds`, as a number or in decimal digits. */
  integer(key: string, bounds: Bounds): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const number = wholeNumber(value);
    if (number === undefined || number < bounds.min || number > bounds.max) {
      throw SettingsError.for(key, value, `a whole number of ${bounds.unit} from ${bounds.min} to ${bounds.max}`);
    }
    return number;
  }

  /** A text that `pattern` matches whole; `write` describes it. */
  text(key: string, pattern: RegExp, write: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || !pattern.test(value)) throw SettingsError.for(key, value, write);
    return value;
  }

  /** A list of different texts, as a list or as one text with commas; the empty text is the empty list. */
  list(key: string, write: string): readonly string[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const entries: unknown = typeof value === 'string' ? splitAtCommas(value) : value;
    if (!isTextList(entries) || new Set(entries).size < entries.length) throw SettingsError.for(key, value, write);
    return entries;
  }
}

// Long values are cut: the sentence must stay readable, and shows enough to find the value again.
const SHOWN_CHARACTERS = 80;

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function splitAtCommas(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
