/** The header: algorithms, ids of keys, members that bring keys or change the reading (catalogue, section B). */
import type { Draft } from '../draft.ts';
import { ecdsa, hmac, KEYS, KID, pkcs1, pss, published, publicTexts, type Signer } from '../keys.ts';
import { type Change, type Mutator, row, rowOf } from './mutator.ts';

const STRANGER_JWK = { ...published(KEYS.stranger), kid: KID.pool };

export const HEADER_MUTATORS: Mutator[] = [
  ...row('tok_12', {
    'alg is none': (draft, random) => {
      draft.header.set('alg', random.pick(['none', 'None', 'NONE', 'nOnE']));
      if (random.below(2) === 0) draft.signer = () => Buffer.alloc(0);
    },
    'alg is missing': (draft) => {
      draft.header.remove('alg');
    },
    'alg is of another kind': written('header', 'alg', ['null', '1', '["RS256"]', '{}', 'true']),
    'alg is unknown': written('header', 'alg', ['""', '"rs256"', '"RS256 "', '"RS255"', '"RSA"', '"constructor"', '"__proto__"', '"\\u0000RS256"']),
  }),
  ...row('tok_13', {
    'is keyed with the public key': (draft, random) => {
      draft.header.set('alg', random.pick(['HS256', 'RS256', 'hs256']));
      draft.signer = hmac(random.pick(publicTexts(KEYS.pool)));
    },
  }),
  ...row('tok_14', {
    'is signed with PS256': signed('PS256', pss(KEYS.pool)),
    'is signed with PS256 and says RS256': signed('RS256', pss(KEYS.pool)),
    'is signed with RS256 and says PS256': signed('PS256', pkcs1(KEYS.pool)),
    'is signed with RS384': signed('RS384', pkcs1(KEYS.pool, 'sha384')),
    'is signed with RS512 and says RS256': signed('RS256', pkcs1(KEYS.pool, 'sha512')),
    'is signed with RS1': signed('RS1', pkcs1(KEYS.pool, 'sha1')),
    'is signed with RS384 by a key that names no alg': signed('RS384', pkcs1(KEYS.second, 'sha384'), KID.unnamed),
    'is signed with RS512 by a key that names no alg': signed('RS512', pkcs1(KEYS.second, 'sha512'), KID.unnamed),
    'is signed with ES256 by an EC key of the set': signed('ES256', ecdsa(KEYS.curve), KID.curve),
    'is signed with ES256 and names an RSA key': signed('ES256', ecdsa(KEYS.curve)),
    'names an EC key and says RS256': signed('RS256', pkcs1(KEYS.pool), KID.curve),
  }),
  ...row('tok_15', {
    'kid is missing': (draft) => {
      draft.header.remove('kid');
    },
    'kid is of another kind': written('header', 'kid', ['null', '1', '[]', `["${KID.pool}"]`, '{}', 'false']),
    'kid is unknown': (draft, random) => {
      const near = [KID.pool.toUpperCase(), `${KID.pool} `, KID.pool.slice(1), `${KID.pool}\u0000`, KID.pool.replace('o', 'о')];
      const far = ['', '../keys', "' OR 1=1 --", 'a\nb', '\u001b[2J', '__proto__', 'constructor', 'k'.repeat(500), '0'];
      draft.header.set('kid', random.pick([...near, ...far]));
    },
    'kid is the second key of the set': signed('RS256', pkcs1(KEYS.second), KID.second),
    'kid is that of another key': signed('RS256', pkcs1(KEYS.pool), KID.second),
    'kid is written with escapes': written('header', 'kid', [`"\\u0070${KID.pool.slice(1)}"`, `"${KID.pool.replace('/', '\\/')}"`]),
  }),
  ...row('tok_16', {
    'brings the key of a stranger who signed it': (draft, random) => {
      const bringing = random.pick(['jwk', 'x5c', 'jku', 'x5u']);
      draft.header.set(bringing, bringing === 'jwk' ? STRANGER_JWK : bringing === 'x5c' ? ['MIIB'] : 'https://evil.example/keys');
      if (random.below(2) === 0) draft.header.set('kid', 'stranger');
      draft.forger = pkcs1(KEYS.stranger);
    },
    'is signed by a stranger': (draft, random) => {
      draft.header.set('kid', random.pick([KID.pool, 'stranger']));
      draft.forger = pkcs1(KEYS.stranger);
    },
  }),
  ...rowOf('tok_16', 'header has', ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256'], withMember),
  ...rowOf('tok_17', 'header has', ['crit'], withMember),
  ...rowOf('tok_18', 'header has', ['b64', 'zip', 'cty'], withMember),
  ...row('tok_19', {
    'typ is JWT': written('header', 'typ', ['"JWT"', '"\\u004aWT"']),
    'typ is another': written('header', 'typ', ['"at+jwt"', '"jwt"', '"JWE"', '""', '" JWT"', 'null', '1', '["JWT"]', 'false']),
  }),
  ...row('tok_20', {
    'header says alg twice, the right one last': twice('header', 'alg', '"none"', 'first'),
    'header says alg twice, the right one first': twice('header', 'alg', '"none"', 'last'),
    'header says kid twice, the right one last': twice('header', 'kid', '"other"', 'first'),
    'header says kid twice, the right one first': twice('header', 'kid', '"other"', 'last'),
    'header has more members': written('header', 'x', ['1', 'null', '{"alg":"none"}', '[[["kid"]]]', '"\\u0000"']),
  }),
  ...row('key_05', {
    'is signed by a key of 1024 bits': signed('RS256', pkcs1(KEYS.weak), KID.weak),
    'is signed by a key whose private members are published': signed('RS256', pkcs1(KEYS.second), KID.leaked),
    'is signed by a key for signing only': signed('RS256', pkcs1(KEYS.second), KID.signing),
    'is signed by the first of two keys with one id': signed('RS256', pkcs1(KEYS.second), KID.twin),
    'is signed by the last of two keys with one id': signed('RS256', pkcs1(KEYS.pool), KID.twin),
    'is signed with RS256 by a key that names no alg': signed('RS256', pkcs1(KEYS.second), KID.unnamed),
  }),
];

/** Writes one of these JSON texts as a member's value. */
export function written(part: 'header' | 'claims', name: string, values: readonly string[]): Change {
  return (draft, random) => {
    draft[part].write(name, random.pick(values));
  };
}

/** Repeats a member with a wrong value, sometimes under an escaped name; `wrong` says where the wrong one stands. */
export function twice(part: 'header' | 'claims', name: string, value: string, wrong: 'first' | 'last'): Change {
  return ({ [part]: { members } }, random) => {
    const escaped = `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`;
    const repeated: [string, string] = [random.pick([`"${name}"`, escaped]), value];
    if (wrong === 'first') members.unshift(repeated);
    else members.push(repeated);
  };
}

function withMember(name: string): Change {
  return (draft, random) => {
    draft.header.set(name, random.pick([['exp'], [], true, false, null, '', 'DEF', 'JWT', 'https://evil.example/', STRANGER_JWK]));
  };
}

function signed(alg: string, signer: Signer, kid: string = KID.pool): Change {
  return (draft: Draft) => {
    draft.header.set('alg', alg);
    draft.header.set('kid', kid);
    draft.signer = signer;
  };
}
