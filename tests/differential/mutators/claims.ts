/** The claims, under a good signature: of wrong kinds, at and beyond their bounds, for somebody else (catalogue, section C). */
import { type Draft, type Json, NOW, POOL } from '../draft.ts';
import { KEYS, pkcs1 } from '../keys.ts';
import type { Random } from '../random.ts';
import { twice, written } from './header.ts';
import { type Change, type Mutator, row, rowOf } from './mutator.ts';

const DAY = 24 * 3600;
/** Seconds that the issuer's clock may be ahead. */
const SKEW = 60;
const CLAIMS = ['exp', 'iat', 'iss', 'sub', 'token_use', 'auth_time', 'cognito:groups', 'jti', 'nonce'];

export const CLAIM_MUTATORS: Mutator[] = [
  ...row('tok_21', {
    'exp is missing': without('exp'),
    'exp is text': written('claims', 'exp', [`"${NOW + 3300}"`, '"9999999999"', '""', '"never"']),
    'exp is of another kind': written('claims', 'exp', ['null', `[${NOW + 3300}]`, '{}', 'true']),
    'exp is a fraction': written('claims', 'exp', [`${NOW + 3300}.5`, `${NOW + 3300}.0`, '1.8000033e9', `${NOW + 1}.000001`]),
    'exp is negative': written('claims', 'exp', ['-1', `-${NOW + 3300}`, '-1e300', '-0']),
    'exp is absurdly late': written('claims', 'exp', ['9007199254740992', '18446744073709551615', '18446744073709551616', '1e300', '999999999999']),
    'exp is beyond all numbers': written('claims', 'exp', ['1e400', '9'.repeat(400)]),
  }),
  ...row('tok_22', {
    'ended': set('exp', (random) => NOW - random.between(1, 2 * SKEW)),
    'ends now': set('exp', () => NOW),
    'ended within this second': (draft, random) => {
      draft.claims.set('exp', NOW);
      draft.now += random.between(1, 999);
    },
    'ends in a moment': set('exp', (random) => NOW + random.between(1, SKEW)),
    'is looked at within a second': (draft, random) => {
      draft.now += random.between(1, 999);
    },
  }),
  ...row('tok_23', {
    'began': set('nbf', (random) => NOW - random.between(0, 600)),
    'begins within the skew': set('nbf', (random) => NOW + random.pick([1, SKEW - 1, SKEW])),
    'begins beyond the skew': set('nbf', (random) => NOW + random.pick([SKEW + 1, SKEW + 2, 3600, 1e12])),
    'nbf is of another kind': written('claims', 'nbf', ['null', '"1"', '[1]', '{}', 'true']),
    'nbf is a fraction': written('claims', 'nbf', [`${NOW - 1}.5`, '1.5', '0.0', '-0', '1e3']),
    'nbf is negative': written('claims', 'nbf', ['-1', '-1e300', `-${NOW}`]),
  }),
  ...row('tok_24', {
    'iat is missing': without('iat'),
    'iat is of another kind': written('claims', 'iat', ['null', `"${NOW}"`, '[1]', '{}', 'true']),
    'iat is a fraction': written('claims', 'iat', [`${NOW - 1}.5`, `${NOW}.0`, '1.8e9']),
    'iat is negative': written('claims', 'iat', ['-1', '-1e300', `-${NOW}`]),
    'is issued within the skew': set('iat', (random) => NOW + random.pick([0, 1, SKEW - 1, SKEW])),
    'is issued beyond the skew': set('iat', (random) => NOW + random.pick([SKEW + 1, SKEW + 2, 3000])),
    'is issued at its end or after': (draft, random) => {
      draft.claims.set('exp', NOW + 10);
      draft.claims.set('iat', NOW + random.between(10, SKEW));
    },
    'signs in within the skew of its issue': set('auth_time', (random) => NOW - 300 + random.pick([0, 1, SKEW - 1, SKEW])),
    'signs in after its issue': set('auth_time', (random) => NOW - 300 + random.pick([SKEW + 1, SKEW + 2, 299])),
    'signs in beyond the skew': set('auth_time', (random) => NOW + random.pick([SKEW + 1, SKEW + 2, 3000, 1e12])),
    'lasts a day': lasting((random) => DAY - random.pick([0, 1, 3600])),
    'lasts more than a day': lasting((random) => DAY + random.pick([1, 2, 3600, 365 * DAY])),
    'auth_time is of another kind': written('claims', 'auth_time', ['null', '"1"', '[]', '{}', 'true', '1.5', '-1']),
  }),
  ...row('tok_25', {
    'iss is missing': without('iss'),
    'iss is of another kind': written('claims', 'iss', ['null', '1', `["${POOL.issuer}"]`, '{}', 'true']),
    'iss is nearly right': set('iss', (random) => random.pick(nearly(POOL.issuer))),
    'iss is in the newer form': set('iss', () => `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${POOL.id}`),
    'iss is written with escapes': written('claims', 'iss', [JSON.stringify(POOL.issuer).replaceAll('/', '\\/'), JSON.stringify(POOL.issuer).replace('h', '\\u0068')]),
  }),
  ...row('tok_26', {
    'is of another pool, whose key has the same id': (draft) => {
      draft.claims.set('iss', POOL.issuer.replace('AbC123', 'XyZ789'));
      draft.forger = pkcs1(KEYS.stranger);
    },
  }),
  ...row('tok_27', {
    'is an access token where none is accepted': (draft) => {
      draft.accessTokens = false;
      draft.claims.set('token_use', 'access');
      draft.claims.set('client_id', POOL.client);
    },
    'says the other use': (draft) => {
      draft.claims.set('token_use', draft.clientClaim === 'aud' ? 'access' : 'id');
    },
  }),
  ...row('tok_28', {
    'token_use is missing': without('token_use'),
    'token_use is another': written('claims', 'token_use', ['"ID"', '"Access"', '"refresh"', '""', '"id "', '["id"]', '["access"]', 'null', '1', '{}']),
  }),
  ...row('tok_29', {
    'the client is missing': (draft) => {
      draft.claims.remove(draft.clientClaim);
    },
    'the client is another': client((random) => random.pick([...nearly(POOL.client), '', 'client2'])),
    'the client is in a list': client((random) => random.pick([[POOL.client], [POOL.client, 'client2'], ['client2', POOL.client], []])),
    'the client is of another kind': client((random) => random.pick([null, 1, {}, true, { '0': POOL.client }])),
    'the client stands in the other claim': (draft) => {
      const right = draft.clientClaim;
      draft.claims.set(right === 'aud' ? 'client_id' : 'aud', POOL.client);
      draft.claims.remove(right);
    },
  }),
  ...row('tok_30', {
    'aud beside client_id is a text or texts': (draft, random) => {
      draft.accessTokens = true;
      draft.claims.set('token_use', 'access');
      draft.claims.set('client_id', POOL.client);
      draft.claims.set('aud', random.pick([['a', 'b'], [], 'https://api.example']));
    },
    'aud beside client_id is of another kind': (draft, random) => {
      draft.accessTokens = true;
      draft.claims.set('token_use', 'access');
      draft.claims.set('client_id', POOL.client);
      draft.claims.set('aud', random.pick([null, 1, {}, [1], [POOL.client, null], false]));
    },
    'client_id beside aud is anything': (draft, random) => {
      if (draft.clientClaim === 'aud') draft.claims.set('client_id', random.pick([null, 1, {}, [1], 'client2']));
    },
  }),
  ...rowOf('tok_30', 'of another kind is', ['jti', 'scope'], (name) => written('claims', name, ['null', '1', '["a"]', '{}', 'true'])),
  ...row('tok_31', {
    'sub is missing': without('sub'),
    'sub is of another kind': written('claims', 'sub', ['null', '1', '["a"]', '{}', 'true']),
    'sub is no user id': set('sub', (random) => random.pick(['', 'a b', 'a#b', 'a\nb', '\u0000', 'ä', 'a'.repeat(129), 'a'.repeat(2000), '../a', 'user:a', 'back-end'])),
    'sub is another user id': set('sub', (random) => random.pick(['a', 'A-1_b', '0', 'a'.repeat(128)])),
  }),
  ...CLAIMS.flatMap((name) =>
    row('tok_32', {
      [`says ${name} twice, the right one last`]: (draft, random) => {
        writeGood(draft, name);
        twice('claims', name, random.pick(['"x"', '1', '[]']), 'first')(draft, random);
      },
    }),
  ),
  ...row('tok_32', {
    'says exp twice, the right one first': twice('claims', 'exp', '1', 'last'),
    'says iss twice, the right one first': twice('claims', 'iss', '"https://issuer.example"', 'last'),
    'says a member of a claim twice': written('claims', 'custom:x', ['{"a":1,"a":1}', '[{"a":1,"\\u0061":2}]', '{"b":{"a":{},"a":{}}}']),
  }),
  ...row('tok_33', {
    'has many groups': set('cognito:groups', (random) => Array.from({ length: random.between(100, 300) }, (_, n) => `g${n}`)),
    'has odd groups': set('cognito:groups', (random) => random.pick([[], [''], ['a b'], ['\u0000'], ['a', 'a'], ['x'.repeat(200)], ['__proto__']])),
    'has groups that are no list of texts': written('claims', 'cognito:groups', ['null', '"staff"', '[1]', '["a",null]', '{}', '[["a"]]', '{"0":"a"}']),
    'has large claims': set('custom:x', (random) => 'x'.repeat(random.between(1000, 2500))),
  }),
  ...rowOf('tok_34', 'has a claim', ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'], (name) =>
    written('claims', name, ['null', '{}', '{"exp":1}', '{"token_use":"access","iss":"x"}', '[]', '"x"', '{"prototype":{"exp":1}}']),
  ),
  ...row('tok_34', {
    'has its claims in __proto__ alone': (draft) => {
      draft.claims.members = [['"__proto__"', `{${draft.claims.members.map(([name, value]) => `${name}:${value}`).join(',')}}`]];
    },
    'names of no consequence are of other kinds': (draft, random) => {
      const name = random.pick(['name', 'preferred_username', 'cognito:username', 'username', 'nonce', 'origin_jti', 'email', 'at_hash']);
      draft.claims.set(name, random.pick([null, 1, [], {}, true, '', '\u202e', 'x'.repeat(300)]));
    },
  }),
];

function without(name: string): Change {
  return (draft) => {
    draft.claims.remove(name);
  };
}

function set(name: string, value: (random: Random) => Json): Change {
  return (draft, random) => {
    draft.claims.set(name, value(random));
  };
}

function client(value: (random: Random) => Json): Change {
  return (draft, random) => {
    draft.claims.set(draft.clientClaim, value(random));
  };
}

/** A life of so many seconds, most of it over. */
function lasting(seconds: (random: Random) => number): Change {
  return (draft, random) => {
    draft.claims.set('exp', NOW + 60);
    const begin = NOW + 60 - seconds(random);
    draft.claims.set('iat', begin);
    draft.claims.set('auth_time', begin);
  };
}

/** Gives a claim that only some tokens have. */
function writeGood(draft: Draft, name: string): void {
  if (draft.claims.text(name) === undefined) draft.claims.set(name, 'n1');
}

function nearly(text: string): string[] {
  return [
    `${text}/`, `${text}4`, `${text} `, text.slice(0, -1), text.toUpperCase(), text.replace('https:', 'http:') + (text.startsWith('https') ? '' : '0'),
    text.replace('eu-west-1', 'us-east-1') + (text.includes('eu-west-1') ? '' : '1'), `${text}\u0000`, `${text}?`, text.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
    text.replace('c', '\u0441'), ` ${text}`,
  ];
}
