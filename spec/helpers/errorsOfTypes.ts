import { basename } from 'node:path';
import ts from 'typescript';

/** What a strict compiler has against these files of a user: 'file:line message'. */
export function errorsOfTypes(files: readonly string[], options: ts.CompilerOptions = {}): string[] {
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    ...options,
  });
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return ts.getPreEmitDiagnostics(program, source).map(({ messageText, start }) => {
      const line = source === undefined ? 0 : source.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `${basename(file)}:${String(line)} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}
