// Which web origins may open a socket with a cookie. The authorizer compares them letter by letter, so a form that no
// browser sends (a path, a trailing slash, upper case, a default port) would never match and is refused here.
import { type ContextValues, SettingsError } from './context-values.ts';
import type { Profile } from './profile.ts';

const KEY = 'allowedOrigins';
const HOW = 'different exact origins (scheme://host or scheme://host:port), the application\'s own first';

/** The application's own origin, and further ones that may open a socket. */
export interface Origins {
  /** `undefined`: the address that CloudFront gives, which is known after the first deployment only. */
  readonly publicOrigin: string | undefined;
  readonly further: readonly string[];
}

/** Reads `allowedOrigins`. */
export function readOrigins(values: ContextValues, profile: Profile): Origins {
  const list = values.list(KEY, HOW);
  if (list === undefined) return { publicOrigin: undefined, further: [] };
  const [publicOrigin, ...further] = list;
  if (publicOrigin === undefined) throw SettingsError.for(KEY, values.raw(KEY), `${HOW}, for example https://chat.example.org`);
  for (const origin of [publicOrigin, ...further]) checkOrigin(origin, profile);
  return { publicOrigin, further };
}

function checkOrigin(text: string, profile: Profile): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || !/^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) {
    throw SettingsError.for(KEY, text, 'an exact origin like https://chat.example.org, without wildcards');
  }
  if (url.origin !== text) throw SettingsError.for(KEY, text, `${url.origin}, the form in which browsers send it`);
  if (url.protocol === 'http:') checkPlain(url, profile);
}

// Without TLS browsers keep the Secure cookie on localhost alone, and Cognito takes no other plain callback address.
function checkPlain(url: URL, profile: Profile): void {
  if (profile === 'prod') throw SettingsError.for(KEY, url.origin, 'an https origin, the only kind profile prod takes');
  if (url.hostname !== 'localhost') throw SettingsError.for(KEY, url.origin, 'an https origin, or one of http://localhost');
}
