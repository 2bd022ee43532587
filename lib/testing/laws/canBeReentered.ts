import { some, surplus } from './compareResults.js';
import type { Bench, BenchHooks } from './Bench.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { range } from './naturals.js';
import type { Trial } from './Trial.js';

type Callback = keyof BenchHooks;
type Action = 'next' | 'complete' | 'error' | 'grant' | 'unsubscribe';

const CALLBACKS: readonly Callback[] = ['next', 'complete', 'error', 'demand', 'teardown'];
const ACTIONS: readonly Action[] = ['next', 'complete', 'error', 'grant', 'unsubscribe'];
const FAILURE = new Error('from inside');

export const canBeReentered: OperatorLaw = {
  rule: 'C5',
  name: 'can be re-entered',
  intent: 'Callbacks may do what they like: next, complete, error, grant and unsubscribe from inside each of the five.',
  async check(trial) {
    for (const callback of CALLBACKS) {
      for (const action of ACTIONS) {
        for (const together of [true, false]) {
          const complaint = await playCell(trial, callback, action, together);
          if (complaint !== null) trial.require(false, () => `${action} inside ${callback}: ${complaint}`);
        }
      }
    }
  },
};

/** A source of three records, one more from inside; the sink wants two, then all. */
async function playCell(trial: Trial, callback: Callback, action: Action, together: boolean): Promise<string | null> {
  let fired = false;
  let receivedAtAction = Infinity;
  const act = (bench: Bench): void => {
    if (fired) return;
    fired = true;
    perform(action, bench);
    if (action === 'unsubscribe') receivedAtAction = bench.sink.received.length;
  };
  let bench: Bench;
  try {
    bench = trial.bench({ grant: 2, [callback]: act });
    const { source, sink } = bench;
    if (together) send(bench, 3);
    else for (let count = 0; count < 3; count++) send(bench, 1);
    await trial.rest();
    sink.grant(10 * (trial.capacity + 10));
    await trial.rest();
    if (source.subscribed) endSource(bench, callback);
    await trial.rest();
  } catch (error) {
    return `threw ${String(error)}`;
  }
  return judge(trial, bench, fired, receivedAtAction);
}

/** Sends the numbers that come next. */
function send({ source }: Bench, count: number): void {
  const sent = source.delivered + source.waiting;
  source.send(...range(count).map((n) => sent + n));
}

function perform(action: Action, bench: Bench): void {
  const { source, sink } = bench;
  if (action === 'next') send(bench, 1);
  else if (action === 'complete') source.complete();
  else if (action === 'error') source.error(FAILURE);
  else if (action === 'grant') sink.grant(1);
  else sink.cancel();
}

function endSource({ source }: Bench, callback: Callback): void {
  if (callback === 'error') source.error(FAILURE);
  else source.complete();
}

function judge(trial: Trial, bench: Bench, fired: boolean, receivedAtAction: number): string | null {
  const { sink, results, pulled } = bench;
  if (sink.received.length > sink.granted) return `emitted more than was granted`;
  if (sink.late.length > 0) return `${some(sink.late.map(({ kind }) => kind))} came after the end`;
  if (sink.received.length > receivedAtAction) return `emitted after it was unsubscribed`;
  const promised = trial.outputs(range(pulled));
  const extra = surplus(results, promised);
  if (extra.length > 0) return `${some(extra)} came once too often`;
  if (sink.cancelled) return null;
  if (sink.ending === null) return `never ended`;
  const missing = trial.subject.lossy === true ? [] : surplus(promised, results);
  if (missing.length > 0) return `${some(missing)} never came`;
  return fired ? null : `the callback was never called`;
}
