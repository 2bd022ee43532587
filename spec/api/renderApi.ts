import type { Entry } from './readApi.js';

const INTRODUCTION = `# What there is to import

Every function and class of the package with what its documentation says: of each operator when it emits, back-pressures,
completes and cancels, its options with their units and defaults, its errors, and an example. The examples are compiled by a
test. Times are in milliseconds. An option that is unknown or makes no sense throws a \`SluiceError\` with the code OPTION,
which names the option, the value and what to write.

This page is written by \`npm run docs:api\` from the source. A test fails where it is stale.
`;

/** The folders of lib, in the order of the page. */
const CHAPTERS: Readonly<Record<string, string>> = {
  sources: 'Sources',
  operators: 'Operators',
  stages: 'Ready stages',
  control: 'Control',
  sinks: 'Ends',
  destinations: 'Destinations',
  records: 'Records',
  credit: 'Credit',
  node: 'Node',
  testing: 'Testing',
  observability: 'Pictures: what is recorded',
  marbles: 'Pictures: what is drawn',
};

/** docs/api.md. */
export function renderApi(entries: readonly Entry[]): string {
  const folders = [...new Set([...Object.keys(CHAPTERS), ...entries.map(({ folder }) => folder)])];
  const chapters = folders.flatMap((folder) => {
    const own = entries.filter((entry) => entry.folder === folder).sort((a, b) => (a.name < b.name ? -1 : 1));
    return own.length === 0 ? [] : [`## ${CHAPTERS[folder] ?? folder}`, ...own.map(renderEntry)];
  });
  return [INTRODUCTION.trim(), ...chapters].join('\n\n') + '\n';
}

function renderEntry({ name, from, isClass, words, signatures, options, throws, returns, examples }: Entry): string {
  const titles = signatures.length > 0 ? signatures : isClass ? [`class ${name}`] : [name];
  return [
    `### ${name}`,
    fence([`import { ${name} } from '${from}';`, '', ...titles].join('\n')),
    words.trim(),
    ...(returns === '' ? [] : [`**Returns** ${returns}`]),
    ...(options.length === 0 ? [] : [renderTable(options)]),
    ...throws.map((text) => `**Throws** ${text}`),
    ...examples.map((example) => `**Example**\n\n${fence(example)}`),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderTable(options: Entry['options']): string {
  const rows = options.map(({ name, type, words }) => `| \`${name}\` | \`${cell(type)}\` | ${cell(words)} |`);
  return ['| option | type | what it says |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}

function fence(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}
