import { referenceConfiguration } from '../../lib/stages/referenceConfiguration.js';
import { OPTION_TABLE, valueAt, type OptionRow } from './optionTable.js';

const INTRODUCTION = `# The options of the reference system, and ours

Every option of FLINK.NET's configuration classes, its default there, and what it is called here. The numbers are
exported as \`referenceConfiguration\`, a preset and no default: here a limit that is not given is off.

\`\`\`ts
import { control, finalSink, gateway, PipelineBackPressureController, referenceConfiguration } from 'sluice';

const controller = new PipelineBackPressureController(referenceConfiguration.controller);
const flow = orders.pipe(
  // 100 credits a second would be the limit of the whole pipeline: there nobody reads the number, here it works.
  gateway({ ...referenceConfiguration.gateway, creditReplenishRate: undefined }),
  finalSink({ ...referenceConfiguration.finalSink, creditReplenishRate: undefined, destination }),
  control(controller),
);
\`\`\`

This page is written by \`npm run docs:reference\`. A test compares it with the preset.
`;

/** docs/reference-options.md. */
export function renderOptions(): string {
  const parts = Object.keys(referenceConfiguration) as (keyof typeof referenceConfiguration)[];
  return [INTRODUCTION, ...parts.map(renderPart)].join('\n');
}

function renderPart(part: OptionRow['part']): string {
  const rows = OPTION_TABLE.filter((row) => row.part === part).map(({ theirs, theirDefault, ours, note }) => {
    const here = ours === null ? '–' : `\`${ours}\``;
    const value = ours === null ? '–' : String(valueAt(referenceConfiguration[part], ours));
    return `| \`${theirs}\` | ${String(theirDefault)} | ${here} | ${value} | ${note} |`;
  });
  return [
    `## ${part}`,
    '',
    '| there | default | here | preset | to know |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
