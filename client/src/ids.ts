// Ids that nobody can guess, because an id makes a message's retry harmless only while no one else has it.

/** 128 random bits, more than the 96 the protocol asks for. */
const ID_BYTES = 16;

/** 22 characters of base64url. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
