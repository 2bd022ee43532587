import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawPictures } from './drawPictures.js';

const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(`${folder}${file}`);
for (const [file, text] of await drawPictures()) writeFileSync(`${folder}${file}`, text);
