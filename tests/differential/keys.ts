/**
 * The pool's keys, and a stranger's. They come from primes.json, so that a seed replays to the byte; nothing else has them,
 * and nothing else may.
 */
import { constants, createECDH, createHmac, createPrivateKey, createPublicKey, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import primes from './primes.json' with { type: 'json' };

const EXPONENT = 65_537n;

/** Signs the two parts before the last dot. */
export type Signer = (input: Buffer) => Buffer;

/** An entry of a key set, with or without its id. */
export interface Entry {
  kty: string;
  [name: string]: string | string[];
}

const pool = rsa(primes.pool);
const second = rsa(primes.second);
const stranger = rsa(primes.stranger);
const weak = rsa(primes.weak);
const curve = ec();

/** The private keys by their names. */
export const KEYS = { pool, second, stranger, weak, curve };

/** Ids of the set's keys. The first two are as Cognito publishes them; no issuer should publish the others. */
export const KID = {
  pool: 'pGrKEY+first/of=pool',
  second: 'pGrKEY+second/of=pool',
  unnamed: 'no-alg',
  curve: 'elliptic',
  weak: 'of-1024-bits',
  leaked: 'with-private-members',
  signing: 'for-signing-only',
  twin: 'twice-in-the-set',
};

/** The key set as the pool publishes it. */
export const JWKS: { keys: Entry[] } = {
  keys: [
    { ...published(pool), kid: KID.pool },
    { ...published(second), kid: KID.second },
    { ...publicNumbers(second), kid: KID.unnamed, use: 'sig' },
    { ...publicNumbers(curve), kid: KID.curve, use: 'sig', alg: 'ES256' },
    { ...published(weak), kid: KID.weak },
    { ...published(second), d: second.export({ format: 'jwk' }).d ?? '', kid: KID.leaked },
    { ...published(second), kid: KID.signing, key_ops: ['sign'] },
    { ...published(second), kid: KID.twin },
    { ...published(pool), kid: KID.twin },
  ],
};

/** A key's entry as Cognito writes it, but for the id. */
export function published(key: KeyObject): Entry {
  return { ...publicNumbers(key), use: 'sig', alg: 'RS256' };
}

/** RSASSA-PKCS1-v1_5, as RS256, RS384 and RS512 say. */
export function pkcs1(key: KeyObject, hash = 'sha256'): Signer {
  return (input) => sign(hash, input, key);
}

/** RSASSA-PSS, as PS256 says. The salt is the one thing that no seed decides. */
export function pss(key: KeyObject): Signer {
  return (input) => sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

/** ECDSA with P-256, as ES256 says. */
export function ecdsa(key: KeyObject): Signer {
  return (input) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
}

/** HMAC, as HS256 says. */
export function hmac(secret: Buffer | string): Signer {
  return (input) => createHmac('sha256', secret).update(input).digest();
}

/** What somebody who only knows the public key may take for an HMAC key. */
export function publicTexts(key: KeyObject): (Buffer | string)[] {
  const open = createPublicKey(key);
  const jwk = open.export({ format: 'jwk' });
  const spki = { type: 'spki', format: 'pem' } as const;
  const modulus = Buffer.from(jwk.n ?? '', 'base64url');
  return [open.export(spki), open.export({ ...spki, format: 'der' }), open.export({ type: 'pkcs1', format: 'pem' }), JSON.stringify(jwk), modulus, ''];
}

function publicNumbers(key: KeyObject): Entry {
  const { kty, ...numbers } = createPublicKey(key).export({ format: 'jwk' }) as Record<string, string>;
  return { kty: kty ?? '', ...numbers };
}

function rsa([first = '', last = '']: string[]): KeyObject {
  const [p, q] = [BigInt(`0x${first}`), BigInt(`0x${last}`)];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const members = Object.entries(numbers).map(([name, number]) => [name, base64url(number)]);
  return createPrivateKey({ format: 'jwk', key: { kty: 'RSA', ...Object.fromEntries(members) as JsonWebKey } });
}

function ec(): KeyObject {
  const pair = createECDH('prime256v1');
  const d = Buffer.from(primes.weak[0] ?? '', 'hex').subarray(0, 32).fill(0, 0, 1);
  pair.setPrivateKey(d);
  const [x, y] = [pair.getPublicKey().subarray(1, 33), pair.getPublicKey().subarray(33)];
  const jwk = { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x: x.toString('base64url'), y: y.toString('base64url') };
  return createPrivateKey({ format: 'jwk', key: jwk });
}

function base64url(number: bigint): string {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}

/** The number by which `number` gives 1 modulo `modulus` (extended Euclid). */
function inverse(number: bigint, modulus: bigint): bigint {
  let [rest, next, factor, following] = [modulus, number % modulus, 0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, following] = [following, factor - quotient * following];
  }
  return ((factor % modulus) + modulus) % modulus;
}
