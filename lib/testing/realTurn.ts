/**
 * One real turn of the event loop. When it resolves, every promise that could settle without a timer or the outside
 * world has settled. A message channel, because browsers have no setImmediate and a timeout costs a millisecond.
 */
export function realTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (channel === null) {
      channel = new MessageChannel();
      channel.port1.onmessage = resume;
    }
    channel.port2.postMessage(null);
  });
}

const waiting: (() => void)[] = [];
let channel: MessageChannel | null = null;

/** An open channel keeps a process alive: it is closed as soon as nobody waits. */
function resume(): void {
  waiting.shift()?.();
  if (waiting.length > 0) return;
  channel?.port1.close();
  channel = null;
}
