import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readApi } from './readApi.js';
import { renderApi } from './renderApi.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
writeFileSync(`${root}docs/api.md`, renderApi(readApi(root)));
