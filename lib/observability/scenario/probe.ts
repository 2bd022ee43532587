import { identity, Observable, Subscriber, type MonoTypeOperatorFunction } from 'rxjs';
import { current } from '../../credit/delivery.js';
import type { CreditAccount } from '../../credit/CreditAccount.js';
import { ASKS, discoverCredit } from '../../credit/discovery.js';
import { SluiceError } from '../../credit/SluiceError.js';
import { show } from '../../options/checkOptions.js';
import type { Bookkeeper } from '../../records/Bookkeeper.js';
import type { RecordContext } from '../../records/RecordContext.js';
import { messageOf, ScenarioRecorder } from './ScenarioRecorder.js';

/**
 * Shows a recorder what passes an edge between two stages: records down, credit up, and how full the stage below is.
 * Without a recorder it is nothing at all: the flow itself. With one, records have contexts, by which they keep their
 * names through every stage.
 *
 * - **Emits** everything, at once.
 * - **Back-pressures** as the stage below does.
 * - **Completes** when the source completes.
 * - **Cancels** the source.
 *
 * @param name the lane in the picture; the same name twice is one lane
 * @throws SluiceError OPTION where the name is no text or the recorder is none
 *
 * @example
 * const recorder = process.env.PICTURE === undefined ? undefined : new ScenarioRecorder();
 * fromPull(rows).pipe(probe('rows', recorder), stage(save), probe('saved', recorder)).subscribe();
 */
export function probe<T>(name: string, recorder?: ScenarioRecorder): MonoTypeOperatorFunction<T> {
  if (typeof name !== 'string' || name === '') {
    throw new SluiceError('OPTION', `probe: name is ${show(name)}; give a text`);
  }
  if (recorder === undefined) return identity;
  if (!(recorder instanceof ScenarioRecorder)) {
    throw new SluiceError('OPTION', `probe: recorder is ${show(recorder)}; give a ScenarioRecorder, or nothing`);
  }
  recorder.addLane(name);
  return (source) => new Observable((target) => source.subscribe(new ProbeSubscriber<T>(target, name, recorder)));
}

class ProbeSubscriber<T> extends Subscriber<T> {
  readonly [ASKS]: Bookkeeper;

  private readonly account: CreditAccount | null;

  constructor(
    private readonly target: Subscriber<T>,
    private readonly lane: string,
    private readonly recorder: ScenarioRecorder,
  ) {
    super(target);
    this[ASKS] = recorder.books;
    const { account } = discoverCredit(target);
    this.account = account;
    recorder.attach(lane, account);
    if (account?.bounded !== true || account.grants === null) return;
    this.add(account.grants.subscribe(() => recorder.granted(lane, account)));
  }

  override next(value: T): void {
    if (this.closed) return;
    const { lane, recorder } = this;
    recorder.note({ ...recorder.recordOf(value, this.record), lane, kind: 'next' });
    this.target.next(value);
    recorder.sample();
  }

  override error(error: unknown): void {
    if (this.closed) return;
    this.recorder.note({ lane: this.lane, kind: 'error', label: messageOf(error) });
    super.error(error);
  }

  override complete(): void {
    if (this.closed) return;
    this.recorder.note({ lane: this.lane, kind: 'complete' });
    super.complete();
  }

  /** The record that is being delivered, if it is one of this pipeline. */
  private get record(): RecordContext | null {
    const witness = this.account?.witness ?? this[ASKS].deputy ?? this[ASKS];
    const around = current.record as RecordContext | null;
    return around?.witness === witness ? around : null;
  }
}
