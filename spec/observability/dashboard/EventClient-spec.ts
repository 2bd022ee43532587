import { describe, expect, it } from '@jest/globals';
import { EventClient, type Message } from '../../../lib/observability/dashboard/EventClient.js';
import { HandStream } from './support/HandStream.js';

const frame = (n: number): Message => ({ event: 'frame', text: `{"n":${n}}` });
const letters = (n: number): Message => ({ event: 'letters', text: `{"size":${n}}` });

describe('one page that listens', () => {
  it('is sent the letters only when they have changed', () => {
    const stream = new HandStream();
    const client = new EventClient(stream);
    for (const [n, size] of [
      [1, 0],
      [2, 0],
      [3, 5],
    ] as const)
      client.send(frame(n), letters(size), n);
    expect(stream.written).toEqual([
      'event: frame\ndata: {"n":1}\n\nevent: letters\ndata: {"size":0}\n\n',
      'event: frame\ndata: {"n":2}\n\n',
      'event: frame\ndata: {"n":3}\n\nevent: letters\ndata: {"size":5}\n\n',
    ]);
  });

  it('that does not read is sent nothing more, and then the newest, with the letters it has missed', () => {
    const stream = new HandStream(false);
    const client = new EventClient(stream);
    for (let n = 0; n < 1000; n++) expect(client.send(frame(n), letters(n), 0)).toBe(true);
    expect([stream.written.length, client.skipped]).toEqual([1, 999]);
    stream.drain();
    client.send(frame(1000), letters(999), 1);
    expect(stream.written[1]).toBe('event: frame\ndata: {"n":1000}\n\nevent: letters\ndata: {"size":999}\n\n');
  });

  it('is given up when it has read nothing for 30 seconds, counted from its first frame that was left out', () => {
    const stream = new HandStream(false);
    const client = new EventClient(stream);
    const send = (now: number) => client.send(frame(0), null, now);
    expect([0, 500, 30_499].map(send)).toEqual([true, true, true]);
    stream.drain();
    expect([30_500, 31_000, 60_999, 61_000].map(send)).toEqual([true, true, true, false]);
  });

  it('is told of the end where it reads, and cut off where it does not', () => {
    const [reading, stuck] = [new HandStream(), new HandStream(false)];
    for (const stream of [reading, stuck]) {
      const client = new EventClient(stream);
      client.send(frame(0), null, 0);
      client.end();
    }
    expect([reading.isEnded, reading.isDestroyed, stuck.isEnded, stuck.isDestroyed]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
