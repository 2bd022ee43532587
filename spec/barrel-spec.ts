import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { OPERATORS } from './laws/registry.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const entrances = ['index', 'reactiveStreams', 'testing/index', 'marbles/index'].map((name) => `${root}lib/${name}.ts`);
const program = ts.createProgram(entrances, {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  noEmit: true,
  types: [],
});
const checker = program.getTypeChecker();

/** The types of lib that a user meets in an exported signature and cannot name: 'type in export'. */
function unnameable(): string[] {
  const exported = new Map(exportsOfBarrel().map((symbol) => [resolved(symbol), symbol.name]));
  const found = new Set<string>();

  const isHere = (declaration: ts.Declaration) => declaration.getSourceFile().fileName.startsWith(`${root}lib/`);
  const look = (node: ts.Node, owner: string): void => {
    if (ts.isBlock(node) || isHidden(node)) return;
    const isBase = ts.isExpressionWithTypeArguments(node);
    if (isBase || ts.isTypeReferenceNode(node)) {
      const symbol = checker.getSymbolAtLocation(isBase ? node.expression : node.typeName);
      const type = symbol === undefined ? undefined : resolved(symbol);
      const declarations = type?.declarations?.filter(isHere) ?? [];
      const isParameter = type !== undefined && (type.flags & ts.SymbolFlags.TypeParameter) !== 0;
      if (type !== undefined && declarations.length > 0 && !isParameter && !exported.has(type)) {
        // What is inherited is met in the heir: the base itself need not be named.
        if (isBase && declarations.every(ts.isInterfaceDeclaration)) for (const base of declarations) look(base, owner);
        else found.add(`${type.name} in ${owner}`);
      }
    }
    ts.forEachChild(node, (child) => {
      look(child, owner);
    });
  };
  for (const [symbol, name] of exported) {
    for (const declaration of symbol.declarations ?? []) {
      if (declaration.getSourceFile().fileName.startsWith(`${root}lib/`)) look(declaration, name);
    }
  }
  return [...found].sort();
}

function exportsOfBarrel(): ts.Symbol[] {
  return entrances.flatMap((entrance) => {
    const file = program.getSourceFile(entrance);
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`${entrance} is no module`);
    return checker.getExportsOfModule(module);
  });
}

function resolved(symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** What a declaration keeps to itself: private and protected members, initialisers, and what is marked internal. */
function isHidden(node: ts.Node): boolean {
  if (ts.isPropertyDeclaration(node) && node.type === undefined) return true;
  if (ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal')) return true;
  if (!ts.canHaveModifiers(node)) return false;
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  return (ts.getModifiers(node) ?? []).some(({ kind }) => hidden.includes(kind));
}

/** Parts of the machine and of the protocol between stages and controller, which nobody writes down. */
const machinery = new Set([
  'Books in StageObserver',
  'CreditAccount in CreditSubject',
  'CreditProducer in RecordContext',
  'DeliveredRecord in RecordContext',
  'GivenBy in EgressResult',
  'Kept in EgressResult',
  'LetterBox in StageObserver',
  'ObservedStage in StageObserver',
  'PipelineConfiguration in referenceConfiguration',
  'Producer in FlowableSubscriber',
  'StageLease in StageObserver',
  'Witness in RecordContext',
]);

describe('the barrel', () => {
  it('exports every type that its signatures name, but those of the machinery', () => {
    expect(unnameable()).toEqual([...machinery]);
  });
});

describe('the documentation of an operator', () => {
  const documentation = new Map(
    exportsOfBarrel().map((symbol) => [
      symbol.name,
      ts.displayPartsToString(resolved(symbol).getDocumentationComment(checker)),
    ]),
  );

  it.each([...Object.keys(OPERATORS), 'control', 'fromPublisher'])(
    '%s: when it emits, back-pressures, completes and cancels',
    (name) => {
      const sentences = [...(documentation.get(name) ?? '').matchAll(/^- \*\*([\w-]+)\*\* [A-Za-z]/gm)].map(
        ([, word]) => word,
      );
      expect(sentences).toEqual(['Emits', 'Back-pressures', 'Completes', 'Cancels']);
    },
  );
});
