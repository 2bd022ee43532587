import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';

const CLIENT = fileURLToPath(new URL('../../../lib/observability/dashboard/client/', import.meta.url));

/** Where what is generated stands. */
export const PAGE_PARTS = fileURLToPath(new URL('../../../lib/observability/dashboard/pageParts.ts', import.meta.url));

/** One file of the page, with all that it imports, made small. */
async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${CLIENT}${file}`],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    write: false,
  });
  // What stands inside a script or a style must not end it.
  return (outputFiles[0]?.text ?? '').trim().replaceAll('</', '<\\/');
}

/** The text of pageParts.ts: script and style of the page as constants, so that serving it reads no file. */
export async function generatePageParts(): Promise<string> {
  const [script, style] = await Promise.all([bundled('main.ts'), bundled('style.css')]);
  const text = [
    '// Generated from client/ by npm run build:dashboard: change that, and not this.',
    `export const PAGE_STYLE = ${JSON.stringify(style)};`,
    `export const PAGE_SCRIPT = ${JSON.stringify(script)};`,
  ].join('\n');
  const options = await prettier.resolveConfig(PAGE_PARTS);
  return prettier.format(text, { ...options, filepath: PAGE_PARTS });
}
