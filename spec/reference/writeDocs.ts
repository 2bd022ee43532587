import { writeFileSync } from 'node:fs';
import { renderOptions } from './renderOptions.js';

writeFileSync(new URL('../../docs/reference-options.md', import.meta.url), renderOptions());
