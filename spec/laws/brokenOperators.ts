import type { LawSubject } from '../../lib/testing/index.js';
import { CompletesEarly } from './broken/completesEarly.js';
import { DoublesRecord } from './broken/doublesRecord.js';
import { emitsAfterUnsubscribe } from './broken/emitsAfterUnsubscribe.js';
import { EmitsWithoutCredit } from './broken/emitsWithoutCredit.js';
import { FailsEarly } from './broken/failsEarly.js';
import { ForgetsTheEnd } from './broken/forgetsTheEnd.js';
import { HidesFaults } from './broken/hidesFaults.js';
import { KeepsSource } from './broken/keepsSource.js';
import { LeaksCreditOnFailure } from './broken/leaksCreditOnFailure.js';
import { LeavesTimer } from './broken/leavesTimer.js';
import { LosesRecord } from './broken/losesRecord.js';
import { LosesWakeUp } from './broken/losesWakeUp.js';
import { RecursesPerRecord } from './broken/recursesPerRecord.js';
import { remembersAcrossSubscriptions } from './broken/remembersAcrossSubscriptions.js';
import { Reorders } from './broken/reorders.js';
import { UnboundedQueue } from './broken/unboundedQueue.js';
import type { Relay } from './Relay.js';
import { relay, RELAY_CAPACITY } from './Relay.js';

/** An operator with a fault, and the law that must find it. */
export interface BrokenOperator extends LawSubject {
  readonly breaks: string;
}

const capacity = RELAY_CAPACITY;

export const SOUND: LawSubject = { name: 'a sound relay', make: () => relay(), capacity };

/** Keeps no record's context, and says that it does. */
const losesContext: BrokenOperator = {
  ...SOUND,
  name: 'loses the context of a record',
  keepsRecords: true,
  breaks: 'settles each record once',
};

export const BROKEN: readonly BrokenOperator[] = [
  broken('emits without credit', EmitsWithoutCredit, 'emits only against credit'),
  {
    ...broken('leaks the credit of a failed record', LeaksCreditOnFailure, 'conserves credit'),
    outputs: (inputs) => inputs.filter((n) => n % 3 !== 0),
  },
  broken('loses a record', LosesRecord, 'loses nothing'),
  broken('loses a wake-up', LosesWakeUp, 'loses nothing'),
  broken('doubles a record', DoublesRecord, 'doubles nothing'),
  broken('reorders', Reorders, 'keeps the order'),
  broken('completes early', CompletesEarly, 'completes behind the records'),
  broken('fails early', FailsEarly, 'fails behind the records'),
  {
    name: 'emits after it was unsubscribed',
    make: emitsAfterUnsubscribe,
    breaks: 'emits nothing after the end',
  },
  broken('keeps its source', KeepsSource, 'releases the source when cancelled'),
  broken('leaves a timer', LeavesTimer, 'leaves no timer'),
  broken('has an unbounded queue', UnboundedQueue, 'stays within its capacity'),
  broken('recurses for each record', RecursesPerRecord, 'needs constant stack'),
  broken('forgets an end that comes from inside next', ForgetsTheEnd, 'can be re-entered'),
  broken('hides the faults of its source', HidesFaults, 'shows a source that breaks the rules'),
  {
    name: 'remembers across subscriptions',
    make: remembersAcrossSubscriptions,
    capacity,
    breaks: 'begins anew with each subscription',
  },
  losesContext,
];

function broken(name: string, Machine: new (...output: ConstructorParameters<typeof Relay>) => Relay, breaks: string) {
  return { name, make: () => relay(Machine), capacity, breaks } satisfies BrokenOperator;
}
