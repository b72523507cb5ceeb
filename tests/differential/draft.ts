/** A token before it is signed, in the pieces that can be got wrong, and how they become one text. */
import { KEYS, KID, pkcs1, type Signer } from './keys.ts';

/** The user pool and its client, for which both verifiers are set up. */
export const POOL = { id: 'eu-west-1_AbC123xyz', client: '4f2kq8client1', issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz' };

/** The second in which everything happens, since 1970. */
export const NOW = 1_800_000_000;

/** A JSON value, as what is no mistake is written. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A member of an object: its name and value as they stand in the text, so that both can be no JSON at all. */
export type Member = [name: string, value: string];

/** Header or claims. */
export class Part {
  members: Member[];
  /** What happens to the bytes of the JSON text before they are encoded. */
  rewrites: ((json: Buffer) => Buffer)[] = [];
  /** What happens to the encoded text before it is signed. */
  respells: ((text: string) => string)[] = [];

  constructor(members: Record<string, Json>) {
    this.members = Object.entries(members).map(([name, value]) => [JSON.stringify(name), JSON.stringify(value)]);
  }

  /** The text of a member's value, `undefined` where there is none. */
  text(name: string): string | undefined {
    return this.members.find(([found]) => found === JSON.stringify(name))?.[1];
  }

  /** Gives a member another value, or the part another member; `value` is JSON text, or means to be. */
  write(name: string, value: string): void {
    const member = this.members.find(([found]) => found === JSON.stringify(name));
    if (member) member[1] = value;
    else this.members.push([JSON.stringify(name), value]);
  }

  set(name: string, value: Json): void {
    this.write(name, JSON.stringify(value));
  }

  remove(name: string): void {
    this.members = this.members.filter(([found]) => found !== JSON.stringify(name));
  }

  encode(): string {
    const json = Buffer.from(`{${this.members.map(([name, value]) => `${name}:${value}`).join(',')}}`);
    const bytes = this.rewrites.reduce<Buffer>((changed, rewrite) => rewrite(changed), json);
    return this.respells.reduce((changed, respell) => respell(changed), bytes.toString('base64url'));
  }
}

/** A token in the making. As it begins, it is one that Cognito could have made. */
export class Draft {
  /** Whether the verifiers accept access tokens beside ID tokens. */
  accessTokens: boolean;
  /** The verifiers' clock, in milliseconds since 1970. */
  now = NOW * 1000;
  header = new Part({ kid: KID.pool, alg: 'RS256' });
  claims: Part;
  signer: Signer = pkcs1(KEYS.pool);
  /** Signs it in the signer's place, whoever that was to be. */
  forger?: Signer;
  /** What happens to the signed token. */
  alterations: ((token: string) => string)[] = [];
  /** Bytes that the token is filled up to, where its length is the point: at most two more are missing. */
  length?: number;

  constructor(use: 'id' | 'access', accessTokens: boolean) {
    this.accessTokens = accessTokens || use === 'access';
    this.claims = new Part(use === 'id' ? idClaims() : accessClaims());
  }

  /** Under which claim a token of this use names its client. */
  get clientClaim(): 'aud' | 'client_id' {
    return this.claims.text('token_use') === '"access"' ? 'client_id' : 'aud';
  }

  /** The token's text. */
  render(): string {
    const length = this.length ?? Infinity;
    if (length < Infinity) this.claims.set('custom:pad', '');
    let token = this.#render();
    for (let pad = Math.floor(((length - token.length) * 3) / 4); pad > 0 && pad < Infinity; pad--) {
      this.claims.set('custom:pad', 'x'.repeat(pad));
      token = this.#render();
      if (token.length <= length) break;
    }
    return token;
  }

  #render(): string {
    const input = `${this.header.encode()}.${this.claims.encode()}`;
    const token = `${input}.${(this.forger ?? this.signer)(Buffer.from(input)).toString('base64url')}`;
    return this.alterations.reduce((altered, alter) => alter(altered), token);
  }
}

function idClaims(): Record<string, Json> {
  return { ...commonClaims('id'), aud: POOL.client, 'cognito:username': 'alice', email: 'alice@example.com', email_verified: true };
}

function accessClaims(): Record<string, Json> {
  return { ...commonClaims('access'), client_id: POOL.client, username: 'alice', scope: 'openid email', version: 2 };
}

function commonClaims(use: string): Record<string, Json> {
  const sub = '5a1f0c9e-7d53-4f0e-9a55-0d3f4c1be001';
  return {
    sub, iss: POOL.issuer, token_use: use, 'cognito:groups': ['staff', 'eu-west-1_AbC123xyz_Google'], origin_jti: sub, jti: sub, event_id: sub,
    auth_time: NOW - 600, iat: NOW - 300, exp: NOW + 3300,
  };
}
