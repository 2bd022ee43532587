import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';

/** One option, or another named member, as the page shows it. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly words: string;
}

/** A function or class that a user can import. */
export interface Entry {
  readonly name: string;
  /** What to import it from: 'sluice', 'sluice/testing' … */
  readonly from: string;
  /** The folder of lib in which it lives. */
  readonly folder: string;
  readonly isClass: boolean;
  readonly words: string;
  readonly signatures: readonly string[];
  readonly options: readonly Member[];
  readonly throws: readonly string[];
  readonly returns: string;
  readonly examples: readonly string[];
}

/** Everything that the entrances in package.json export and that exists at run time, in the order of the entrances. */
export function readApi(root: string): Entry[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  const entrances = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            from: path.replace('.', 'sluice'),
            file: root + target.types.replace('./dist/', 'lib/').replace('.d.ts', '.ts'),
          },
        ],
  );
  const program = ts.createProgram(
    entrances.map(({ file }) => file),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ['node'],
    },
  );
  const checker = program.getTypeChecker();
  return entrances.flatMap(({ from, file }) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} is no module`);
    return checker.getExportsOfModule(module).flatMap((symbol) => {
      const target = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
      return (target.flags & ts.SymbolFlags.Value) === 0 || isTypeOnly(symbol)
        ? []
        : [readEntry(checker, root, from, symbol.name, target)];
    });
  });
}

/** `export type { … }`: a class so exported can be named and not made. */
function isTypeOnly(symbol: ts.Symbol): boolean {
  const declarations = (symbol.declarations ?? []).filter(ts.isExportSpecifier);
  return declarations.some((specifier) => specifier.isTypeOnly || specifier.parent.parent.isTypeOnly);
}

function readEntry(checker: ts.TypeChecker, root: string, from: string, name: string, symbol: ts.Symbol): Entry {
  const declarations = symbol.declarations ?? [];
  const functions = declarations.filter(ts.isFunctionDeclaration);
  const overloads = functions.filter(({ body }) => body === undefined);
  const tags = symbol.getJsDocTags(checker);
  const textsOf = (wanted: string) =>
    tags.filter((tag) => tag.name === wanted).map(({ text }) => ts.displayPartsToString(text).trim());
  const type = checker.getTypeOfSymbol(symbol);
  const shown = overloads.length > 0 ? overloads : functions;
  return {
    name,
    from,
    folder: relative(`${root}lib`, declarations[0]?.getSourceFile().fileName ?? '').split('/')[0] ?? '',
    isClass: (symbol.flags & ts.SymbolFlags.Class) !== 0,
    words: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    signatures:
      shown.length > 0
        ? shown.map(signatureOf)
        : type.getCallSignatures().map((signature) => name + checker.signatureToString(signature)),
    options: optionsOf(checker, type),
    throws: textsOf('throws'),
    returns: textsOf('returns').join(' '),
    examples: textsOf('example'),
  };
}

/** A function as its type says it, on one line. */
function signatureOf(declaration: ts.FunctionDeclaration): string {
  const source = declaration.getSourceFile();
  const end = declaration.body?.getFullStart() ?? declaration.end;
  return source.text
    .slice(declaration.getStart(source), end)
    .replace(/^export (async )?function /, '')
    .replace(/;$/, '')
    .replace(/\s+/g, ' ')
    .replaceAll('( ', '(')
    .replaceAll(', )', ')')
    .trim();
}

/** The members of the parameters that are objects of options, of ours. */
function optionsOf(checker: ts.TypeChecker, type: ts.Type): Member[] {
  const members = new Map<string, Member>();
  for (const { parameters } of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
    for (const parameter of parameters) {
      const whole = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
      if (!/^(\w+(Options|Hooks)|LawSubject|SourceSubject)(<| &|$)/.test(checker.typeToString(whole))) continue;
      for (const member of checker.getPropertiesOfType(whole)) {
        if (member.getJsDocTags(checker).some((tag) => tag.name === 'internal')) continue;
        const words = ts.displayPartsToString(member.getDocumentationComment(checker));
        members.set(member.name, { name: member.name, type: typeTextOf(member), words });
      }
    }
  }
  return [...members.values()];
}

function typeTextOf(member: ts.Symbol): string {
  const [declaration] = member.declarations ?? [];
  if (declaration === undefined) return '';
  if (ts.isMethodSignature(declaration)) return 'function';
  const type = ts.isPropertySignature(declaration) ? (declaration.type?.getText() ?? '') : '';
  return type.replace(/\s*\|\s*undefined$/, '').replace(/\s+/g, ' ');
}
