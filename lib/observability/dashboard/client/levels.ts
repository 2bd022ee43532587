interface Linked {
  readonly name: string;
  readonly below: readonly string[];
}

/**
 * Stages by their distance from a source, each one further than all that lie above it. A stage of the same name further
 * down, which is one stage in the status, is not followed in a circle.
 */
export function levelsOf(stages: readonly Linked[]): string[][] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const level = new Map<string, number>();
  const visit = (name: string, depth: number, above: ReadonlySet<string>): void => {
    const stage = byName.get(name);
    if (stage === undefined || above.has(name) || (level.get(name) ?? -1) >= depth) return;
    level.set(name, depth);
    for (const next of stage.below) visit(next, depth + 1, new Set([...above, name]));
  };
  const hasOneAbove = new Set(stages.flatMap(({ below }) => below));
  for (const { name } of stages) if (!hasOneAbove.has(name)) visit(name, 0, new Set());
  // What is left goes round in a circle of names.
  for (const { name } of stages) if (!level.has(name)) visit(name, 0, new Set());
  const levels: string[][] = [];
  for (const { name } of stages) (levels[level.get(name) ?? 0] ??= []).push(name);
  return levels;
}
