/** What `aws-jwt-verify` accepts and ours refuses, by mutator, each with the reason why ours does. */

interface Refusals {
  /** What ours says. */
  reason: string;
  because: string;
  mutators: string[];
}

const REFUSALS: Refusals[] = [
  {
    reason: 'malformed_token',
    because: 'a token has one spelling, so that whatever remembers or compares tokens by their text cannot be led past (RFC 7515, section 2: no padding)',
    mutators: [
      'tok_04 has padding behind the signature',
      'tok_04 has padding behind a signed part',
      'tok_04 has spare bits set in the signature',
      'tok_04 has spare bits set in a signed part',
      'tok_04 has a signed part with a character too many',
    ],
  },
  {
    reason: 'token_too_large',
    because: 'the size is checked before anything is decoded, and no token of Cognito that reaches a socket is as large',
    mutators: ['tok_07 is a little too long', 'tok_07 is much too long'],
  },
  {
    reason: 'malformed_token',
    because: 'what is no UTF-8, no Unicode or no finite number is read differently by different readers: replaced, kept, or infinite',
    mutators: [
      'tok_08 a part has bytes that are no UTF-8',
      'tok_08 a part has a lone surrogate as an escape',
      'tok_09 a part has a number beyond all bounds',
    ],
  },
  {
    reason: 'malformed_token',
    because: 'depth is bounded, so that reading is',
    mutators: ['tok_09 a part is nested deeply'],
  },
  {
    reason: 'bad_algorithm',
    because: 'Cognito signs with RS256 alone; which algorithm counts is not for the token or the key set to say (RFC 8725, section 3.1)',
    mutators: [
      'tok_14 is signed with RS384 by a key that names no alg',
      'tok_14 is signed with RS512 by a key that names no alg',
      'tok_14 is signed with ES256 by an EC key of the set',
    ],
  },
  {
    reason: 'malformed_token',
    because: 'a header only names a key: whoever brings one, or points to one, tries to be believed by it',
    mutators: ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256'].map((name) => `tok_16 header has ${name}`),
  },
  {
    reason: 'malformed_token',
    because: 'it changes how the rest is to be read, and is not understood here (RFC 7515, section 4.1.11 for crit)',
    mutators: ['tok_17 header has crit', 'tok_18 header has b64', 'tok_18 header has zip', 'tok_18 header has cty'],
  },
  {
    reason: 'malformed_token',
    because: 'another type is another kind of token, even with a good signature (RFC 8725, section 3.11)',
    mutators: ['tok_19 typ is another'],
  },
  {
    reason: 'malformed_token',
    because: 'of a repeated member one reader takes the first and another the last',
    mutators: [
      'tok_20 header says alg twice, the right one last',
      'tok_20 header says kid twice, the right one last',
      ...['exp', 'iat', 'iss', 'sub', 'token_use', 'auth_time', 'cognito:groups', 'jti', 'nonce'].map((name) => `tok_32 says ${name} twice, the right one last`),
      'tok_32 says a member of a claim twice',
    ],
  },
  {
    reason: 'unknown_key',
    because: 'the key is left out of the set: too short (NIST SP 800-131A), not secret any more, not for verifying, or one of two of the same name',
    mutators: [
      'key_05 is signed by a key of 1024 bits',
      'key_05 is signed by a key whose private members are published',
      'key_05 is signed by a key for signing only',
      'key_05 is signed by the first of two keys with one id',
    ],
  },
  {
    reason: 'malformed_token',
    because: 'a connection ends with its token, so that there is an end, in whole seconds, and within a day of the issue',
    mutators: ['tok_21 exp is missing', 'tok_21 exp is a fraction', 'tok_21 exp is absurdly late', 'tok_24 lasts more than a day'],
  },
  {
    reason: 'expired',
    because: 'a token counts up to its end and not at it (RFC 7519, section 4.1.4: "on or after")',
    mutators: ['tok_22 ends now'],
  },
  {
    reason: 'malformed_token',
    because: 'Cognito writes whole seconds since 1970; anything else is not its own',
    mutators: ['tok_23 nbf is a fraction', 'tok_23 nbf is negative', 'tok_24 iat is a fraction', 'tok_24 iat is negative', 'tok_24 auth_time is of another kind'],
  },
  {
    reason: 'malformed_token',
    because: 'signing out everywhere goes by the age of a sign-in, and the bound of a life by the issue, so that there is one, before the end',
    mutators: ['tok_24 iat is missing', 'tok_24 is issued at its end or after'],
  },
  {
    reason: 'not_yet_valid',
    because: 'a token of the future would pass for younger than a sign-out that comes before it',
    mutators: ['tok_24 is issued beyond the skew', 'tok_24 signs in beyond the skew'],
  },
  {
    reason: 'malformed_token',
    because: 'tokens are made of a sign-in, so that it comes first, as far as the clocks of the issuer\'s own machines can say',
    mutators: ['tok_24 signs in after its issue'],
  },
  {
    reason: 'wrong_issuer',
    because: 'a deployment has one issuer, under one name',
    mutators: ['tok_25 iss is in the newer form'],
  },
  {
    reason: 'malformed_token',
    because: 'the subject becomes part of keys and channel names, and may not be that of the back end',
    mutators: ['tok_31 sub is missing', 'tok_31 sub is no user id'],
  },
  {
    reason: 'malformed_token',
    because: 'groups are rights, and rights are not guessed',
    mutators: ['tok_33 has groups that are no list of texts'],
  },
];

/** Pairs that are wrong only together. */
const TOGETHER: (Refusals & { mutators: [string, string] })[] = [
  {
    reason: 'malformed_token',
    because: 'it is issued at its end or after',
    mutators: ['tok_22 ends in a moment', 'tok_24 is issued within the skew'],
  },
  {
    reason: 'malformed_token',
    because: 'it is issued at its end',
    mutators: ['tok_24 lasts a day', 'tok_24 is issued within the skew'],
  },
  {
    reason: 'malformed_token',
    because: 'the issue of a day ago is long before the sign-in',
    mutators: ['tok_24 lasts a day', 'tok_24 signs in within the skew of its issue'],
  },
];

/** The reason of our refusal by mutator. */
export const REVIEWED: ReadonlyMap<string, string> = new Map(
  REFUSALS.flatMap(({ reason, mutators }) => mutators.map((name) => [name, reason] as const)),
);

/** The reasons of our refusal that are reviewed for a token with these mutators. */
export function reviewedReasons(mutators: readonly string[]): Set<string> {
  const single = mutators.flatMap((name) => REVIEWED.get(name) ?? []);
  const together = TOGETHER.filter((pair) => pair.mutators.every((name) => mutators.includes(name)));
  const reasons = new Set([...single, ...together.map(({ reason }) => reason)]);
  // Issued after the set was fetched, a token may be of a key that is newer than the set: nobody is told that it is unknown.
  if (mutators.length > 1 && reasons.has('unknown_key')) reasons.add('keys_unavailable');
  return reasons;
}
