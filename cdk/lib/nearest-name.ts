// Finds the name somebody meant, so that a misspelt context key is answered with the right one.

// Edits that still count as a slip: a third of the characters, and in a short name two.
const SHORT_NAME_EDITS = 2;

/** The one of `names` that takes the fewest edits to become `name`, letter case aside; the first of equals, if any is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const [nearest] = names
    .map((candidate) => ({ candidate, distance: edits(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(SHORT_NAME_EDITS, Math.floor(name.length / 3)))
    .sort((one, other) => one.distance - other.distance);
  return nearest?.candidate;
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
