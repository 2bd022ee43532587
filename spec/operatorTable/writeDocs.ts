import { mkdirSync, writeFileSync } from 'node:fs';
import { QUICK } from './measure.js';
import { measureTable } from './measureTable.js';
import { renderPage } from './page.js';

const docs = new URL('../../docs/', import.meta.url);
mkdirSync(docs, { recursive: true });
writeFileSync(new URL('operators.md', docs), renderPage(await measureTable(QUICK), QUICK));
