import type { Measured } from './check.js';
import { classify } from './classify.js';
import { expected } from './expected.js';
import { aliases } from './exports.js';
import type { Kind } from './Kind.js';
import { endlessLengthOf, type Scale } from './measure.js';
import { CAPACITY } from './Run.js';

/** The page of the docs, from what has been measured and the remedies that go with it. */
export function renderPage(table: ReadonlyMap<string, Measured>, scale: Scale): string {
  const rows = [...table.values()].map((measured) => row(measured, scale)).sort(byName);
  const counts = new Map<Kind, number>();
  for (const { kind } of rows) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [
    ...LEGEND.map(([title, text]) => `${title}\n\n${text}\n`),
    `## The table\n`,
    `${String(rows.length)} variants: ${[...counts].map(([kind, count]) => `${String(count)} ${kind}`).join(' · ')}.\n`,
    `| Operator | Kind | Pulled | What to know, or to write instead |\n|---|---|---|---|`,
    ...rows.map(({ name, kind, pulled, note }) => `| \`${name}\` | ${kind} | ${pulled} | ${note} |`),
    `\n## Other names\n`,
    ...aliases().map((names) => `- ${names.map((name) => `\`${name}\``).join(' = ')}`),
    '',
  ].join('\n');
}

const LEGEND: readonly (readonly [string, string])[] = [
  [
    '# RxJS operators between two stages',
    'Which operator of RxJS may stand between `fromPull` and a stage, or between two stages? Each row below was measured: ' +
      'finite and endless sources, a stage that takes nothing, takes everything, is slow, fails. ' +
      'Without a stage below, every one of them behaves on a flow exactly as on an Observable.\n\n' +
      'This page is written by `npm run docs:operators`. A test compares it with the measurements.',
  ],
  [
    '## What you can simply use',
    '**keeps credit**: the source gives what the stage asks for, and no record more than the operator itself needs. ' +
      '**keeps it with children**: the same where each record opens a flow of its own; the inner flows are asked first.',
  ],
  [
    '## What holds values',
    '**holds values**: some records stay inside the operator until later ones come. The bound holds; ' +
      'a source that commits hears of a record only when nothing can hold it any more.',
  ],
  [
    '## What reads to the end, and buffers inside RxJS',
    '**blind to the end**: nothing comes before the source has ended, so all of it is read. ' +
      '**hidden buffer in RxJS**: records wait in an array of the operator that has no size. ' +
      'Credit cannot see into it: use them where the source ends and is small, and otherwise what the row says.',
  ],
  [
    '## What drops records',
    '**lossy by design**: the operator chooses by time, or by what came last. Under back pressure other records come at ' +
      'other moments, so its choice can differ, and what it drops is read without bound.',
  ],
  [
    '## What needs stage or boundary',
    '**asynchronous**: records arrive outside every delivery, and their credit would bound nothing. The stage fails with ' +
      'ASYNC_LINK at the first of them. Work goes into `stage(project, { concurrency })`, an operator that takes its time into ' +
      '`boundary(operator, { inFlight })`, gathering by time into `batch`. Of the operators that are lossy by time, those that ' +
      'release a record from a timer are refused in the same way: `boundary(operator, { lossy: true })`.',
  ],
  [
    '## What is cut',
    '**cut**: a Subject or an observer of its own stands in the middle, and credit cannot be found through it. The stage fails ' +
      'with CUT_LINK at the first record, whatever the load. **makes Observables**: a stage refuses an Observable as a record ' +
      'with NESTED_OBSERVABLE.',
  ],
  ['## What is a source', '**no flow goes in**: it pushes by itself, or has nothing to push.'],
  [
    '## How to read it',
    `_Pulled_ is how many records an endless source was asked for while a stage of capacity ${String(CAPACITY)} took nothing: ` +
      '`S` is the main flow, `i` an inner one, `A` one that gives a record a millisecond, other letters are second flows and ' +
      'notifiers. _Without bound_: it was still being asked when the measurement was stopped.',
  ],
];

interface Row {
  readonly name: string;
  readonly kind: Kind;
  readonly pulled: string;
  readonly note: string;
}

function row({ variant, measurement }: Measured, scale: Scale): Row {
  const endless = endlessLengthOf(variant, scale);
  const { pulls, runaway } = measurement.blockedEndless;
  const isUnbounded = runaway || Object.values(pulls).some((count) => count >= Math.min(endless, UNBOUNDED));
  const counts = Object.entries(pulls).map(([role, count]) => `${role} ${String(count)}`);
  return {
    name: variant.name,
    kind: classify(measurement, endless),
    pulled: isUnbounded ? 'without bound' : counts.join(', '),
    note: expected.get(variant.name)?.note ?? '',
  };
}

/** No variant that stops asks for so many. */
const UNBOUNDED = 1000;

function byName(a: Row, b: Row): number {
  const [left, right] = [a.name.toLowerCase(), b.name.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
