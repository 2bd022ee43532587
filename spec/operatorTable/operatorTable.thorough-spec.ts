import { describe, expect, it } from '@jest/globals';
import { problems } from './check.js';
import { expected } from './expected.js';
import { THOROUGH } from './measure.js';
import { measureVariant } from './measureTable.js';
import { registry } from './registry.js';

describe('C6, C7 and C11: every operator of RxJS in a link, with longer flows, and endless ones that are read further', () => {
  it.each(registry.map((variant) => [variant.name, variant] as const))('%s', async (name, variant) => {
    const expectation = expected.get(name);
    if (expectation === undefined) throw new Error(`nothing is expected of ${name}`);
    expect(problems(await measureVariant(variant, THOROUGH), expectation, THOROUGH)).toEqual([]);
  });
});
