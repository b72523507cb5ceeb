// Instants as people read them. The page is in English, so dates are too; the clock is the reader's own.

/** `14:32` or `2:32 PM`. */
export function timeOf(at: number, locale = languageOf(globalThis.navigator.language)): string {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** `Today`, `Yesterday`, `Monday, 23 November`, and with the year if it is another one. */
export function dayOf(at: number, now: number, locale = languageOf(globalThis.navigator.language)): string {
  const [day, today] = [new Date(at), new Date(now)];
  const distance = Math.round((midnight(today) - midnight(day)) / 86_400_000);
  if (distance === 0) return 'Today';
  if (distance === 1) return 'Yesterday';
  const year = day.getFullYear() === today.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(day);
}

/** The reader's language if it is a kind of English; otherwise English with a 24-hour clock. */
export function languageOf(language: string): string {
  return /^en\b/i.test(language) ? language : 'en-GB';
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
