import { writeFileSync } from 'node:fs';
import { generatePageParts, PAGE_PARTS } from './pageParts.js';

writeFileSync(PAGE_PARTS, await generatePageParts());
