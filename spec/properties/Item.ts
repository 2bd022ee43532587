/** A value that can be told from every other: where it came in, and the way it took through expansions. */
export interface Item {
  /** Fresh for each value that a source gives, in whatever subscription. */
  readonly root: number;
  /** Its place in the source: decides its key, and which faults strike it. */
  readonly n: number;
  /** Which child of which child it is. */
  readonly path: string;
}

export function nameOf({ root, path }: Item): string {
  return `${String(root)}${path}`;
}

/** Its name and the names of all that it comes from. */
export function lineOf(item: Item): string[] {
  const line = [nameOf(item)];
  for (let end = item.path.lastIndexOf('.'); end >= 0; end = item.path.lastIndexOf('.', end - 1)) {
    line.push(`${String(item.root)}${item.path.slice(0, end)}`);
    if (end === 0) break;
  }
  return line;
}

export function keyOf({ n }: Item): number {
  return n % 3;
}

/** What keyGen is given in place of the number: names that have a meaning elsewhere, and text that is no text. */
export function keyNameOf(item: Item): unknown {
  return ['__proto__', '\ud800', 0n][keyOf(item)];
}

export function childrenOf({ root, n, path }: Item, count: number): Item[] {
  return Array.from({ length: count }, (_, index) => ({ root, n, path: `${path}.${String(index)}` }));
}
