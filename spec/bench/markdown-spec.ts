import { describe, expect, it } from '@jest/globals';
import { BEGIN, END, left, renderTable, replaceBlock, right } from '../../bench/markdown.js';

describe('a table', () => {
  it('is padded to its widest cells, as Prettier would have it', () => {
    expect(
      renderTable(
        [left('name'), right('records/s'), left('')],
        [
          ['Sluice', '1.43 M', 'yes'],
          ['a longer name', '9', ''],
        ],
      ).split('\n'),
    ).toEqual([
      '| name          | records/s |     |',
      '| ------------- | --------: | --- |',
      '| Sluice        |    1.43 M | yes |',
      '| a longer name |         9 |     |',
    ]);
  });

  it('may have no rows', () => expect(renderTable([left('a')], [])).toBe('| a   |\n| --- |'));
});

describe('the marked block', () => {
  const around = (inside: string): string => `above\n\n${BEGIN}${inside}${END}\n\nbelow\n`;

  it('is replaced, and nothing around it', () => {
    expect(replaceBlock(around('\nold\n'), 'new')).toBe(around('\n\nnew\n\n'));
  });

  it('stays the same when it is replaced by itself', () => {
    const once = replaceBlock(around(''), 'new');
    expect(replaceBlock(once, 'new')).toBe(once);
  });

  it('is put at the end where there is none', () => {
    expect(replaceBlock('text\n', 'new')).toBe(`text\n\n${BEGIN}\n\nnew\n\n${END}\n`);
  });

  it('takes a block with dollar signs as it is', () => {
    expect(replaceBlock(around(''), "$& $1 $'")).toBe(around("\n\n$& $1 $'\n\n"));
  });

  it.each([
    ['only the first', `text ${BEGIN}`],
    ['only the second', `text ${END}`],
    ['the wrong order', `${END} ${BEGIN}`],
  ])('refuses a text with %s', (_, text) => expect(() => replaceBlock(text, 'new')).toThrow('has to have'));

  it('refuses a text with two blocks', () => {
    expect(() => replaceBlock(around('') + around(''), 'new')).toThrow('twice');
  });
});
