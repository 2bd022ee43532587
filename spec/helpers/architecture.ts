import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

/** One file of lib; `path` is relative to the repository, with forward slashes: `lib/credit/Inbox.ts`. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

interface Folder {
  /** Folders it may import besides itself. */
  readonly from: readonly string[];
  /** Folders it may import types from, and nothing else. */
  readonly typesFrom?: readonly string[];
  /** Packages it may import; any when left out. */
  readonly packages?: readonly string[];
}

const leaf: Folder = {
  from: ['credit', 'records', 'options', 'control', 'sources', 'sinks', 'operators', 'stages'],
  typesFrom: ['destinations'],
};

/** Which folder may import which: the one table of the direction of imports. */
const folders: Readonly<Record<string, Folder>> = {
  credit: { from: [], packages: ['rxjs'] },
  options: { from: ['credit'], typesFrom: ['control'], packages: ['zod', 'rxjs'] },
  records: { from: ['credit', 'options'] },
  control: { from: ['options', 'credit'], typesFrom: ['records', 'destinations'] },
  sources: { from: ['credit', 'records', 'options', 'sinks', 'operators'] },
  sinks: { from: ['credit', 'records', 'options', 'sources', 'operators'] },
  operators: { from: ['credit', 'records', 'options', 'sources', 'sinks', 'control'] },
  stages: {
    from: ['credit', 'records', 'options', 'sources', 'sinks', 'operators', 'control'],
    typesFrom: ['destinations'],
  },
  destinations: leaf,
  node: leaf,
  kafka: leaf,
  exchange: leaf,
  observability: leaf,
};

/**
 * What stands for a file that differs between platforms, in `imports` of package.json, and who may import it. The files
 * themselves are leaves: of lib they may import types alone, so that the direction of imports is kept all the same.
 */
const platformImports: Readonly<Record<string, readonly string[]>> = {
  '#log': ['control'],
  '#signals': ['control'],
};

/** Folders that may import everything, and that nothing else in lib may import. */
const outermost = ['testing', 'marbles'];

/** The arithmetic of credit, which must outlive the RxJS of today. */
const arithmetic = ['lib/credit/CreditAccount.ts', 'lib/credit/Inbox.ts', 'lib/credit/trampoline.ts'];

export const maximumLinesOfCode = 250;

export function readTree(root: string, folder = 'lib'): SourceText[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }));
}

/** Every import must go in the direction of the table, end in `.js` and lead to a file of lib. */
export function importDirection(files: readonly SourceText[]): string[] {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const reason = isRelative(imported)
        ? wrongTarget(file.path, resolve(file.path, imported), imported.typeOnly, known)
        : wrongPackage(file.path, imported.specifier);
      return reason === undefined ? [] : [`${file.path} imports '${imported.specifier}': ${reason}`];
    }),
  );
}

/** Files that import each other in a circle, one message per circle; a circle of types counts too. */
export function importCycles(files: readonly SourceText[]): string[] {
  const edges = graphOf(files);
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    edges.get(path)?.forEach(visit);
    trail.pop();
    done.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return cycles;
}

export function tooLong(files: readonly SourceText[]): string[] {
  return files
    .map((file) => ({ path: file.path, lines: linesOfCode(file.text) }))
    .filter(({ lines }) => lines > maximumLinesOfCode)
    .map(({ path, lines }) => `${path} has ${lines} lines of code, more than ${maximumLinesOfCode}`);
}

/** Lines that hold code: blank lines and lines of comment alone do not count. */
export function linesOfCode(text: string): number {
  const source = parse({ path: 'text.ts', text });
  const lines = new Set<number>();
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  visitTokens(source, (token) => {
    const last = lineOf(token.getEnd());
    for (let line = lineOf(token.getStart(source)); line <= last; line++) lines.add(line);
  });
  return lines.size;
}

export function anyTypes(files: readonly SourceText[]): string[] {
  return files.flatMap((file) => {
    const source = parse(file);
    const found: string[] = [];
    visitNodes(source, (node) => {
      if (node.kind !== ts.SyntaxKind.AnyKeyword) return;
      found.push(`${file.path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1} uses 'any'`);
    });
    return found;
  });
}

export function rxjsInternals(files: readonly SourceText[]): string[] {
  return files
    .filter((file) => folderOf(file.path) !== 'testing')
    .flatMap((file) =>
      importsOf(file)
        .filter(({ specifier }) => /^rxjs\/(dist\/.*)?internal(\/|$)/.test(specifier))
        .map(({ specifier }) => `${file.path} imports '${specifier}'`),
    );
}

/** The files of arithmetic, and all they import, must be free of RxJS, even of its types. */
export function rxjsInArithmetic(files: readonly SourceText[]): string[] {
  const edges = graphOf(files);
  const byPath = new Map(files.map((file) => [file.path, file]));
  return arithmetic.flatMap((start) => {
    const reached = new Set(byPath.has(start) ? [start] : []);
    for (const path of reached) edges.get(path)?.forEach((next) => byPath.has(next) && reached.add(next));
    return [...reached].flatMap((path) =>
      importsOf(byPath.get(path)!)
        .filter(({ specifier }) => packageOf(specifier) === 'rxjs')
        .map(({ specifier }) => `${start} reaches '${specifier}'${path === start ? '' : ` through ${path}`}`),
    );
  });
}

function wrongTarget(
  importer: string,
  target: string,
  typeOnly: boolean,
  known: ReadonlySet<string>,
): string | undefined {
  if (!target.startsWith('lib/')) return 'it leaves lib';
  if (!known.has(target)) return 'no such file';
  const from = folderOf(importer);
  const to = folderOf(target);
  if (from === to && from !== '') return undefined;
  if (outermost.includes(to)) return `nothing in lib imports ${to}`;
  if (outermost.includes(from) || from === '') return undefined;
  if (to === '') return 'a barrel is imported by nothing in lib';
  const folder = folders[from];
  if (folder === undefined) return `lib/${from} is not in the table of folders`;
  if (folder.from.includes(to)) return undefined;
  if (!(folder.typesFrom ?? []).includes(to)) return `${from} may not import ${to}`;
  return typeOnly ? undefined : `${from} may import only types from ${to}`;
}

/** `imports` of package.json: each name with its files, by condition. */
export type PlatformFiles = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Each name has its line in the table, a file for every platform, and those files import nothing of lib but types. */
export function platformLeaves(files: readonly SourceText[], imports: PlatformFiles): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const names = new Set([...Object.keys(imports), ...Object.keys(platformImports)]);
  return [...names].flatMap((name) => {
    const { [name]: targets } = imports;
    if (platformImports[name] === undefined) return [`${name} is not in the table of platform imports`];
    if (targets === undefined) return [`${name} is not in the imports of package.json`];
    if (targets['default'] === undefined) return [`${name} has no file for other platforms`];
    return Object.values(targets).flatMap((target) => {
      const path = target.replace('./dist/', 'lib/').replace(/\.js$/, '.ts');
      const file = byPath.get(path);
      if (file === undefined) return [`${name} leads to ${target}: no such file`];
      return importsOf(file)
        .filter((imported) => isRelative(imported) && !imported.typeOnly)
        .map(({ specifier }) => `${path} imports '${specifier}': a file behind ${name} may import only types`);
    });
  });
}

function wrongPackage(importer: string, specifier: string): string | undefined {
  const from = folderOf(importer);
  if (specifier.startsWith('#')) {
    const may = platformImports[specifier];
    if (may === undefined) return `${specifier} is not in the table of platform imports`;
    return may.includes(from) ? undefined : `${from} may not import ${specifier}`;
  }
  if (from === '' || outermost.includes(from)) return undefined;
  const folder = folders[from];
  if (folder === undefined) return `lib/${from} is not in the table of folders`;
  if (folder.packages === undefined || folder.packages.includes(packageOf(specifier))) return undefined;
  return `${from} may import only ${folder.packages.join(', ')}`;
}

function graphOf(files: readonly SourceText[]): Map<string, string[]> {
  return new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter(isRelative)
        .map((imported) => resolve(file.path, imported)),
    ]),
  );
}

/** Static imports, re-exports, `import()` and `import('…').T`. */
function importsOf(file: SourceText): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, typeOnly });
  };
  visitNodes(parse(file), (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
  });
  return found;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function parse(file: SourceText): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022);
}

function visitNodes(node: ts.Node, visitor: (node: ts.Node) => void): void {
  visitor(node);
  ts.forEachChild(node, (child) => visitNodes(child, visitor));
}

function visitTokens(source: ts.SourceFile, visitor: (token: ts.Node) => void, node: ts.Node = source): void {
  // JSDoc nodes are comments; everything else without children is a token.
  if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
  const children = node.getChildren(source);
  for (const child of children) visitTokens(source, visitor, child);
  if (children.length === 0 && node.getWidth(source) > 0) visitor(node);
}

function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith('.');
}

/** The file a relative import means; an import that does not end in `.js` stays as it is and so leads to no file. */
function resolve(importer: string, { specifier }: Import): string {
  return posix.join(posix.dirname(importer), specifier).replace(/\.js$/, '.ts');
}

/** `credit` for `lib/credit/Inbox.ts`; empty for the barrels at the top of lib. */
function folderOf(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1]! : '';
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
