/** Tables and marked blocks, in the form in which Prettier leaves them alone. */

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

export const left = (title: string): Column => ({ title, align: 'left' });
export const right = (title: string): Column => ({ title, align: 'right' });

export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) => Math.max(3, title.length, ...rows.map((row) => row[index]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const pad = (cells: readonly string[]): string[] =>
    cells.map((cell, index) =>
      columns[index]!.align === 'left' ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!),
    );
  return [
    line(pad(columns.map(({ title }) => title))),
    line(
      widths.map((width, index) =>
        columns[index]!.align === 'left' ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
      ),
    ),
    ...rows.map((row) => line(pad(row))),
  ].join('\n');
}

export const BEGIN = '<!-- bench:begin -->';
export const END = '<!-- bench:end -->';

/** Puts `block` between the markers. Where there are none yet, they go to the end. */
export function replaceBlock(text: string, block: string): string {
  const marked = `${BEGIN}\n\n${block}\n\n${END}`;
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 && end < 0) return `${text.trimEnd()}\n\n${marked}\n`;
  if (begin < 0 || end < begin) throw new Error(`the text has to have ${BEGIN} and, below it, ${END}`);
  if (text.includes(BEGIN, begin + 1) || text.includes(END, end + 1)) throw new Error('the markers stand there twice');
  return text.slice(0, begin) + marked + text.slice(end + END.length);
}
