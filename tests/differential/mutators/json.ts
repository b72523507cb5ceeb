/** Header and claims as JSON texts: what is none, and what two readers understand differently (catalogue, section A). */
import type { Draft, Part } from '../draft.ts';
import type { Random } from '../random.ts';
import { type Change, type Mutator, row } from './mutator.ts';

export const JSON_MUTATORS: Mutator[] = [
  ...row('tok_08', {
    'a part is no object': replaced(['[]', 'null', '"text"', '1', 'true', '', ' ', '[{}]', '{', '}', 'undefined', 'NaN']),
    'a part is no JSON': rewritten((json, random) => {
      const slips: ((text: string) => string)[] = [
        (text) => text.replaceAll('"', "'"),
        (text) => text.replace('}', ',}'),
        (text) => text.replace('{', '{/**/'),
        (text) => text.replace(':', '='),
        (text) => text.replace(':', ':\u00a0'),
        (text) => text.replace(':', ':\v'),
        (text) => text.replace('"', '"\n'),
        (text) => text.slice(0, -1),
      ];
      return Buffer.from(random.pick(slips)(json.toString()));
    }),
    'a part has bytes behind it': rewritten((json, random) => Buffer.concat([json, Buffer.from(random.pick(['x', '{}', '\u0000', ',', '\u00a0']))])),
    'a part begins with a byte-order mark': rewritten((json) => Buffer.concat([Buffer.from('\ufeff'), json])),
    'a part is in UTF-16': rewritten((json) => Buffer.from(json.toString(), 'utf16le')),
    'a part has whitespace that JSON allows': rewritten((json, random) => Buffer.from(`${random.pick([' ', '\n', '\t', '\r'])}${json.toString()} \n`)),
    'a part has bytes that are no UTF-8': (draft, random) => {
      const part = either(draft, random);
      part.write('x', '"??"');
      const bytes = random.pick([[0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0], [0xc3, 0x28]]);
      part.rewrites.push((json) => replaceBytes(json, Buffer.from('"x":"??"'), Buffer.from([...Buffer.from('"x":"'), ...bytes, 0x22])));
    },
    'a part has a lone surrogate as an escape': (draft, random) => {
      either(draft, random).write('x', random.pick(['"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"', '["\\udfff"]']));
    },
    'a part has other text in it': (draft, random) => {
      either(draft, random).write('x', random.pick(['"\\ud83d\\ude42"', '"🙂"', '"\\u0000"', '"\u2028"', '"\u007f"', '"ü"', '"\\/"']));
    },
  }),
  ...row('tok_09', {
    'a part is nested deeply': (draft, random) => {
      const depth = random.between(130, 400);
      either(draft, random).write('x', random.pick([`${'['.repeat(depth)}${']'.repeat(depth)}`, `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`]));
    },
    'a part is nested a little': (draft, random) => {
      const depth = random.between(1, 100);
      either(draft, random).write('x', `${'['.repeat(depth)}${']'.repeat(depth)}`);
    },
    'a part has a number beyond all bounds': (draft, random) => {
      either(draft, random).write('x', random.pick(['1e400', '-1e999', '9'.repeat(400), '1E+310']));
    },
    'a part has a long number': (draft, random) => {
      either(draft, random).write('x', random.pick(['9'.repeat(300), `0.${'1'.repeat(1000)}`, '1e-400', '-0', '9007199254740993', `1${'0'.repeat(200)}e-100`]));
    },
    'a part has a number that JSON does not know': (draft, random) => {
      either(draft, random).write('x', random.pick(['01', '.5', '1.', '+1', '0x10', 'Infinity', 'NaN', '1_000', '--1', '1e']));
    },
    'a part has very many members': (draft, random) => {
      const part = either(draft, random);
      for (let n = 0; n < 250; n++) part.write(`m${n}`, '0');
    },
  }),
];

function either(draft: Draft, random: Random): Part {
  return random.pick([draft.header, draft.claims]);
}

function rewritten(rewrite: (json: Buffer, random: Random) => Buffer): Change {
  return (draft, random) => {
    either(draft, random).rewrites.push((json) => rewrite(json, random));
  };
}

function replaced(texts: readonly string[]): Change {
  return rewritten((_, random) => Buffer.from(random.pick(texts)));
}

function replaceBytes(bytes: Buffer, old: Buffer, replacement: Buffer): Buffer {
  const at = bytes.indexOf(old);
  return at < 0 ? bytes : Buffer.concat([bytes.subarray(0, at), replacement, bytes.subarray(at + old.length)]);
}
