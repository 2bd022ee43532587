import { once } from 'node:events';
import type { RecordContext } from 'sluice';
import { startProcess, type OwnProcess } from './ownProcess.js';
import type { AssessedStrike, Strike } from './records.js';

/** How often a record is tried before it becomes a dead letter. */
export const MAX_ATTEMPTS = 3;

/** What is known of one attempt. */
interface Attempt {
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly record: Pick<RecordContext, 'redrives'>;
}

/** A service on loopback, in a process of its own, which is now and then slow, unavailable or silent. */
export class ImpactService {
  private constructor(
    private readonly process: OwnProcess,
    private readonly url: string,
  ) {}

  /** @param seed decides which requests go wrong, and how */
  static async start(seed: number): Promise<ImpactService> {
    const process = startProcess('./serviceProcess.ts', String(seed));
    const gone = once(process.child, 'exit').then(() => {
      throw new Error('the service has ended before it was ready');
    });
    const [port] = (await Promise.race([once(process.child, 'message'), gone])) as [number];
    gone.catch(() => undefined);
    return new ImpactService(process, `http://127.0.0.1:${port}/impact`);
  }

  /** Adds the energy of the impact. */
  async assess(strike: Strike, { signal, attempt, record }: Attempt): Promise<AssessedStrike> {
    const query = new URLSearchParams({
      line: String(strike.line),
      attempt: String(record.redrives * MAX_ATTEMPTS + attempt),
      size: strike.wildlife_size,
      knots: String(strike.speed_knots),
    });
    const response = await fetch(`${this.url}?${query.toString()}`, { signal });
    const body = await response.text();
    if (!response.ok) throw new Error(`the service answered ${response.status} ${response.statusText}`);
    const { kilojoules } = JSON.parse(body) as { kilojoules: number };
    return { ...strike, impact_kilojoules: kilojoules };
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
