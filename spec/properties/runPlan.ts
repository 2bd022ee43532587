import type { Scheduler } from 'fast-check';
import { config, Subscriber } from 'rxjs';
import { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { CREDIT } from '../../lib/credit/discovery.js';
import { CreditSubject, stage, subscribeWithCredit, toAsyncIterable } from '../../lib/index.js';
import type { Observable } from 'rxjs';
import { buildPipeline } from './buildPipeline.js';
import { Governor } from './Governor.js';
import type { Item } from './Item.js';
import type { Plan } from './Plan.js';
import type { StageMaker } from './stageSteps.js';
import { afterReports, Timetable, turn } from './Timetable.js';
import { Trial, type Violation } from './Trial.js';
import { WatchedLedger } from './WatchedLedger.js';

const MOST_STEPS = 6_000;
/** A timeout of 50 ms, say, is waited for while a controller looks every 5 ms. */
const STEPS_WITHOUT_EVENT = 300;
/** How long whoever looks after a full queue takes to make room. */
const STEPS_WITHOUT_ROOM = 10;

/** Runs a plan to its end, and says which properties did not hold. */
export async function runPlan(plan: Plan, order: Scheduler, make: StageMaker = stage): Promise<readonly Violation[]> {
  let trial: Trial | null = null;
  const threw = (error: unknown) => {
    trial?.threw(error);
  };
  const rejected = (reason: unknown) => {
    trial?.violate('C12 no error goes astray', `unhandled rejection of ${String(reason)}`);
  };
  trial = new Trial(plan, new Timetable(order, threw));
  const before = config.onUnhandledError;
  config.onUnhandledError = threw;
  process.on('unhandledRejection', rejected);
  if (plan.control !== null) trial.governor = new Governor(plan.control, trial);
  try {
    begin(trial, buildPipeline(plan, trial, make));
    await follow(trial);
    await afterReports();
  } finally {
    process.off('unhandledRejection', rejected);
    config.onUnhandledError = before;
  }
  return trial.violations;
}

async function follow(trial: Trial): Promise<void> {
  const { timetable } = trial;
  await turn();
  trial.quiet();
  trial.governor?.begin();
  do await followUntilItStandsStill(trial);
  while (trial.violations.length === 0 && trial.governor?.unblock() === true);
  if (trial.violations.length > 0) return;
  if (!trial.over) {
    trial.expect(trial.stuck, 'C5 all of it ends', () => `it stands still after ${String(timetable.stepsTaken)} steps`);
    trial.leave();
    while (timetable.stepsTaken < 2 * MOST_STEPS && (await timetable.step()));
  }
  checkEnd(trial);
}

/** With a controller timers go on for ever: it stands still when nothing else has happened for long. */
async function followUntilItStandsStill(trial: Trial): Promise<void> {
  const { timetable, governor } = trial;
  await turn();
  trial.lastEventAt = timetable.stepsTaken;
  while (trial.violations.length === 0 && timetable.stepsTaken < MOST_STEPS) {
    const patience = governor?.isFull === true ? STEPS_WITHOUT_ROOM : STEPS_WITHOUT_EVENT;
    if (governor !== null && !trial.over && timetable.stepsTaken - trial.lastEventAt > patience) return;
    if (!(await timetable.step())) return;
    trial.quiet();
  }
}

/** It is over: nothing is left behind. */
function checkEnd(trial: Trial): void {
  const { clock } = trial.timetable;
  const property = 'C9 everything is released';
  for (const visit of trial.visits) visit.checkReleased();
  for (const pull of trial.pulls) pull.checkReleased();
  trial.expect(clock.pending === 0, property, () => `${String(clock.pending)} timers are left`);
  trial.governor?.checkEnd();
  const { ledger } = trial;
  if (ledger === null) return;
  ledger.checkOutcomes();
  trial.expect(ledger.unsettled === 0, property, () => `${String(ledger.unsettled)} records are in flight for ever`);
}

function begin(trial: Trial, flow: Observable<Item>): void {
  const { sink } = trial.plan;
  const last = lastOf(trial);
  switch (sink.kind) {
    case 'ledger':
      trial.ledger = new WatchedLedger(trial);
      trial.sink = new BookedSink(last, trial.ledger);
      break;
    default:
      trial.sink = new Subscriber(last);
  }
  if (sink.kind === 'credit') withCredit(trial, flow, trial.sink, sink.grants);
  else if (sink.kind === 'loop') void trial.timetable.later('loop', () => loop(trial, flow, sink.prefetch));
  else flow.subscribe(trial.sink);
}

/** What stands at the end of a pipeline that keeps books. */
class BookedSink extends Subscriber<Item> {
  readonly [CREDIT]: CreditAccount;

  constructor(last: Subscriber<Item>, ledger: WatchedLedger) {
    super(last);
    this[CREDIT] = CreditAccount.unbounded(ledger);
  }
}

function lastOf(trial: Trial): Subscriber<Item> {
  return new Subscriber<Item>({
    next: (item: Item) => {
      trial.expect(!trial.over, 'C9 nothing happens after the end', () => 'a record came out');
      trial.delivered.push(item);
      trial.event();
    },
    error: (error: unknown) => {
      trial.end({ kind: 'error', error });
    },
    complete: () => {
      trial.end({ kind: 'complete' });
    },
  } as Subscriber<Item>);
}

/** A consumer that grants by hand, as its turn comes. */
function withCredit(trial: Trial, flow: Observable<Item>, sink: Subscriber<Item>, grants: readonly number[]): void {
  const credit = new CreditSubject();
  let granted = 0;
  sink.add(
    subscribeWithCredit(
      flow,
      {
        next: (item) => {
          sink.next(item);
        },
        error: (error: unknown) => {
          sink.error(error);
        },
        complete: () => {
          sink.complete();
        },
      },
      credit,
    ),
  );
  const grant = (turn: number): void => {
    void trial.timetable.later('grant', () => {
      if (trial.over || turn > 3_000) return;
      const count = grants[turn % grants.length] ?? 1;
      granted += count;
      try {
        credit.next(count);
      } catch (error) {
        trial.threw(error);
      }
      trial.expect(
        credit.balance === granted - trial.delivered.length || trial.over,
        'C2 the account agrees with what was counted outside it',
        () => `granted ${String(granted)}, balance ${String(credit.balance)}`,
      );
      grant(turn + 1);
    });
  };
  grant(0);
}

/** A loop that takes its time; leaving it ends the flow. */
async function loop(trial: Trial, flow: Observable<Item>, prefetch: number): Promise<void> {
  const { sink, timetable } = trial;
  const values = toAsyncIterable(flow, { prefetch })[Symbol.asyncIterator]();
  sink?.add(() => void values.return?.());
  try {
    for (let result = await values.next(); result.done !== true; result = await values.next()) {
      sink?.next(result.value);
      await timetable.later('loop', () => undefined);
    }
    sink?.complete();
  } catch (error) {
    sink?.error(error);
  }
}
