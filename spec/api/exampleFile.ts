import ts from 'typescript';

/** Where a name comes from that an example does not declare: 'sluice', 'rxjs' … */
export type Origins = ReadonlyMap<string, string>;

/** The names that these modules export, the first module first. */
export function originsOf(modules: readonly string[], root: string): Origins {
  const file = `${root}spec/api/exampleFile.ts`;
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const found = modules.map((name) => {
    const { resolvedModule } = ts.resolveModuleName(
      name,
      file,
      options,
      ts.sys,
      undefined,
      undefined,
      ts.ModuleKind.ESNext,
    );
    if (resolvedModule === undefined) throw new Error(`${name} is not there; npm run build first`);
    return { name, path: resolvedModule.resolvedFileName };
  });
  const program = ts.createProgram(
    found.map(({ path }) => path),
    { ...options, skipLibCheck: true, noEmit: true, types: [] },
  );
  const checker = program.getTypeChecker();
  const origins = new Map<string, string>();
  for (const { name, path } of found) {
    const source = program.getSourceFile(path);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      if (!origins.has(symbol.name)) origins.set(symbol.name, name);
    }
  }
  return origins;
}

/** What rxjs exports under a name that examples use for something of their own. */
const OF_THE_WORLD = new Set(['Order']);

/** An example as a module: what it uses of these modules is imported, everything else is its own or of the world. */
export function exampleFile(code: string, origins: Origins): string {
  const names = new Set(code.match(/(?<![.\w'"])[A-Za-z_]\w*/g));
  const declared = new Set(
    [...code.matchAll(/\b(?:const|let|function|class|import \{?) ?(\w+)/g)].map(([, name]) => name),
  );
  const imported = new Set([...code.matchAll(/import \{([^}]*)\}/g)].flatMap(([, list]) => list?.split(/\W+/) ?? []));
  const imports = [...names]
    .filter((name) => origins.has(name) && !OF_THE_WORLD.has(name) && !declared.has(name) && !imported.has(name))
    .map((name) => `import { ${name} } from '${origins.get(name) ?? ''}';`);
  return [...imports, code, 'export {};', ''].join('\n');
}
