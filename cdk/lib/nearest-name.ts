// Finds the name somebody meant, so that a misspelt context key is answered with the right one.

/** The one of `names` that takes the fewest edits to become `name`, letter case aside; the first of equals. */
export function nearestName(name: string, names: readonly [string, ...string[]]): string {
  const wanted = name.toLowerCase();
  const distance = (candidate: string): number => edits(wanted, candidate.toLowerCase());
  return names.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best), names[0]);
}

/** Levenshtein distance: the number of characters to insert, delete or replace. */
function edits(from: string, to: string): number {
  const target = Array.from(to);
  let row = [0, ...target.map((_, column) => column + 1)];
  Array.from(from).forEach((character, index) => {
    const next = [index + 1];
    target.forEach((other, column) => {
      const replaced = at(row, column) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, at(row, column + 1) + 1, at(next, column) + 1));
    });
    row = next;
  });
  return at(row, target.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
