/** The token's text: parts, dots, whitespace, spellings, changed characters (catalogue, section A). */
import { pkcs1, KEYS } from '../keys.ts';
import type { Random } from '../random.ts';
import { type Change, type Mutator, row } from './mutator.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const LETTERS = Array.from(ALPHABET);
const SPACES = [' ', '\t', '\r', '\n', '\r\n', '\u00a0', '\u200b', '\u2028', '\ufeff', '\v'];
const STRANGE = ['é', '\u0000', '🙂', '\u007f', '\u0430', '%2D', '\\u002d', '/', '+', ',', ';', '"', '~'];
/** Bytes of the longest token that the functions look at. */
const LONGEST = 8 * 1024;

export const TEXT_MUTATORS: Mutator[] = [
  ...row('tok_02', {
    'is empty': altered(() => ''),
    'is only dots': altered((_, random) => '.'.repeat(random.between(1, 5))),
    'has fewer parts': altered((token, random) => token.split('.').slice(0, random.between(1, 2)).join('.')),
    'has more parts': altered((token, random) => `${token}${'.AAAA'.repeat(random.between(1, 2))}`),
    'begins with a dot': altered((token) => `.${token}`),
    'ends with a dot': altered((token) => `${token}.`),
    'has an empty part': parted((parts, random) => {
      parts[random.below(3)] = '';
    }),
    'has its parts in another order': parted((parts) => parts.reverse()),
  }),
  ...row('tok_03', {
    'has whitespace before': altered((token, random) => random.pick(SPACES) + token),
    'has whitespace after': altered((token, random) => token + random.pick(SPACES)),
    'has whitespace inside': altered((token, random) => inserted(token, random.between(1, token.length - 1), random.pick(SPACES))),
    'is quoted': altered((token, random) => random.pick([`"${token}"`, `'${token}'`])),
    'has Bearer in front': altered((token, random) => `${random.pick(['Bearer ', 'bearer ', 'Bearer', 'bearer.'])}${token}`),
  }),
  ...row('tok_04', {
    'has padding behind the signature': altered((token, random) => token + '='.repeat(random.between(1, 2))),
    'has padding behind a signed part': (draft, random) => {
      random.pick([draft.header, draft.claims]).respells.push((text) => `${text}${'='.repeat(random.between(1, 2))}`);
    },
    'has too much padding': altered((token, random) => token + '='.repeat(random.between(3, 5))),
    'is in the standard alphabet': altered((token) => token.replaceAll('-', '+').replaceAll('_', '/')),
    'is signed in the standard alphabet': (draft) => {
      for (const part of [draft.header, draft.claims]) {
        part.write('x', '"\u00ff\u00fb\u00be\u00ff\u00bf"');
        part.respells.push((text) => text.replaceAll('-', '+').replaceAll('_', '/'));
      }
    },
    'has a percent-encoded character': altered((token, random) => {
      const at = random.below(token.length);
      return `${token.slice(0, at)}%${token.charCodeAt(at).toString(16)}${token.slice(at + 1)}`;
    }),
    'has spare bits set in the signature': altered((token) => withSpareBits(token)),
    'has spare bits set in a signed part': (draft, random) => {
      const part = random.pick([draft.header, draft.claims]);
      // A space more at the end of the JSON until there are spare bits.
      part.rewrites.push((json) => (json.length % 3 === 0 ? Buffer.concat([json, Buffer.from(' ')]) : json));
      part.respells.push(withSpareBits);
    },
    'has a signed part with a character too many': (draft, random) => {
      const part = random.pick([draft.header, draft.claims]);
      part.rewrites.push((json) => Buffer.concat([json, Buffer.from(' '.repeat((3 - (json.length % 3)) % 3))]));
      part.respells.push((text) => `${text}A`);
    },
  }),
  ...row('tok_05', {
    'has a character changed': altered((token, random) => {
      const at = changeable(token, random);
      return token.slice(0, at) + random.pick(LETTERS.filter((letter) => letter !== token[at])) + token.slice(at + 1);
    }),
    'has a character more': altered((token, random) => inserted(token, random.below(token.length + 1), random.pick(LETTERS))),
    'has a character less': altered((token, random) => {
      const at = random.below(token.length);
      return token.slice(0, at) + token.slice(at + 1);
    }),
    'has two characters exchanged': altered((token, random) => {
      const at = changeable(token, random);
      return `${token.slice(0, at - 1)}${token.charAt(at)}${token.charAt(at - 1)}${token.slice(at + 1)}`;
    }),
    'has its claims changed after signing': parted((parts, random) => {
      const claims = Buffer.from(parts[1] ?? '', 'base64url').toString();
      parts[1] = Buffer.from(claims.replace(random.pick(['alice', 'staff', ':']), '$&1')).toString('base64url');
    }),
  }),
  ...row('tok_06', {
    'has the signature of another token': (draft) => {
      draft.signer = (input) => pkcs1(KEYS.pool)(Buffer.concat([input, Buffer.from('A')]));
    },
    'has a truncated signature': parted((parts, random) => {
      parts[2] = (parts[2] ?? '').slice(0, random.between(1, 340));
    }),
    'has a signature of one byte many times': (draft, random) => {
      const [length, byte] = [random.pick([1, 32, 255, 256, 257, 512]), random.pick([0, 1, 0xff])];
      draft.signer = () => Buffer.alloc(length, byte);
    },
    'has zeros around its signature': (draft, random) => {
      const [sign, before] = [draft.signer, random.below(2) === 0];
      draft.signer = (input) => Buffer.concat(before ? [Buffer.alloc(1), sign(input)] : [sign(input), Buffer.alloc(1)]);
    },
  }),
  ...row('tok_07', {
    'is as long as a token may be': (draft) => {
      draft.length = LONGEST;
    },
    'is a little too long': (draft, random) => {
      draft.length = LONGEST + random.between(16, 64);
    },
    'is much too long': (draft, random) => {
      draft.claims.set('custom:pad', 'x'.repeat(random.between(LONGEST, 100_000)));
    },
  }),
  ...row('tok_10', {
    'is in the JSON serialization': altered((token) => {
      const [header = '', payload = '', signature = ''] = token.split('.');
      return JSON.stringify({ payload, protected: header, signature });
    }),
    'has the parts of an encrypted token': parted((parts) => parts.push(...parts.slice(1))),
  }),
  ...row('tok_11', {
    'has a character of no token': altered((token, random) => inserted(token, random.below(token.length + 1), random.pick(STRANGE))),
    'is something else': altered((_, random) => random.pick(['null', 'undefined', '[object Object]', '🙂.🙂.🙂', '\u0000.\u0000.\u0000', 'a.b.c', 'e30.e30.e30'])),
  }),
];

function altered(alter: (token: string, random: Random) => string): Change {
  return (draft, random) => {
    // Of nothing, which another mutator may have left, nothing is made.
    draft.alterations.push((token) => (token === '' ? token : alter(token, random)));
  };
}

function parted(change: (parts: string[], random: Random) => unknown): Change {
  return altered((token, random) => {
    const parts = token.split('.');
    change(parts, random);
    return parts.join('.');
  });
}

function inserted(token: string, at: number, text: string): string {
  return token.slice(0, at) + text + token.slice(at);
}

/** A position of any part but its last character, which may have spare bits, and the first of all. */
function changeable(token: string, random: Random): number {
  const inner = [...Array(token.length).keys()].filter((at) => at > 0 && token[at] !== '.' && at + 1 < token.length && token[at + 1] !== '.');
  return random.pick(inner.length > 0 ? inner : [0]);
}

/** The same bytes in another spelling: the lowest bit of the last character is none of theirs. */
function withSpareBits(text: string): string {
  const last = ALPHABET.indexOf(text.slice(-1));
  return `${text.slice(0, -1)}${ALPHABET.charAt(last ^ 1)}`;
}
