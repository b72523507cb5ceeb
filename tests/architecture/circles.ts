// Finds files that import each other in a circle: none of them can be read, tested or moved without the others.

/** From each file to the files that it imports. */
export type Imports = ReadonlyMap<string, ReadonlySet<string>>;

/** The files of each circle, in the order of their names (Tarjan's strongly connected components). */
export function circles(imports: Imports): readonly (readonly string[])[] {
  const found: string[][] = [];
  const places = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const place = places.size;
    places.set(file, place);
    open.push(file);
    let low = place;
    for (const next of imports.get(file) ?? []) {
      if (!places.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, lowest.get(next) ?? places.get(next) ?? low);
    }
    lowest.set(file, low);
    if (low === place) {
      const circle = open.splice(open.indexOf(file)).sort();
      if (circle.length > 1) found.push(circle);
    }
    return low;
  };
  for (const file of imports.keys()) if (!places.has(file)) visit(file);
  return found;
}

/** The imports within a circle, as somebody wants to see them who has to open it. */
export function within(circle: readonly string[], imports: Imports): readonly string[] {
  return circle.flatMap((file) => [...(imports.get(file) ?? [])].filter((to) => circle.includes(to)).map((to) => `${file} -> ${to}`));
}
