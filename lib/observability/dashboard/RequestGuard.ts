import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostName, isAddress, isLoopback } from './loopback.js';

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly problem: string;
}

/**
 * Who may ask for what. A page of another site, open in the same browser, can send requests to this address, and by a name
 * that it lets point here (DNS rebinding) even read the answers. So the Host must be an address or a known name, and the
 * Origin this very page. Only who has the token may change anything, or look at all from another machine.
 */
export class RequestGuard {
  private readonly digest: Buffer;

  /**
   * @param isLocal only this machine can reach the dashboard
   * @param names by which it may be called, besides `localhost`
   */
  constructor(
    token: string,
    private readonly isLocal: boolean,
    private readonly names: readonly string[],
  ) {
    this.digest = digestOf(token);
  }

  /** For the page itself, which holds nothing of the pipeline. */
  refusesPage({ headers }: IncomingMessage): Refusal | null {
    const name = hostName(headers.host);
    if (name !== null && this.isKnown(name)) return null;
    const problem = `this dashboard is not called ${JSON.stringify(headers.host ?? '')}; add it to the option allowedHosts`;
    return { status: 403, problem };
  }

  refusesEvents(request: IncomingMessage): Refusal | null {
    return this.refusesForeign(request) ?? (this.isLocal ? null : this.refusesStranger(request));
  }

  refusesRedrive(request: IncomingMessage): Refusal | null {
    return this.refusesForeign(request) ?? this.refusesStranger(request);
  }

  private refusesForeign(request: IncomingMessage): Refusal | null {
    const { origin, host = '', 'sec-fetch-site': site } = request.headers;
    const isOwn = origin === undefined || [`http://${host}`, `https://${host}`].includes(origin);
    const isSame = site === undefined || site === 'same-origin' || site === 'none';
    if (isOwn && isSame) return this.refusesPage(request);
    return { status: 403, problem: 'a page of another origin may not ask' };
  }

  private refusesStranger({ headers }: IncomingMessage): Refusal | null {
    const given = /^Bearer ([\x21-\x7e]+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digestOf(given), this.digest)) return null;
    const problem = given === undefined ? 'the token is missing' : 'the token is wrong';
    return { status: 401, problem: `${problem}: open the address that was printed when the dashboard started` };
  }

  private isKnown(name: string): boolean {
    if (name === 'localhost' || this.names.includes(name)) return true;
    return isAddress(name) && (!this.isLocal || isLoopback(name));
  }
}

/** Digests have one length, so that comparing them takes the same time whatever was given. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
