// What stands for a person where there is no picture.

/** One or two capitals: `Ada Lovelace` is `AL`, `ada` is `A`. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const [first, last] = [words.at(0), words.length > 1 ? words.at(-1) : undefined];
  return [first, last].map((word) => word?.match(/[\p{L}\p{N}]/u)?.[0].toUpperCase() ?? '').join('') || '?';
}
