import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Where the file is; `import.meta.resolve` of the example is not to be had under Jest. */
export const FILE = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/birdstrikes.csv');
