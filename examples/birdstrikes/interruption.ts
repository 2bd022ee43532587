/** What a shell reports of a program that was interrupted. */
export const INTERRUPTED = 130;

/**
 * Ctrl-C in a terminal reaches this program twice when npm runs it: from the terminal, and from npm, which passes on
 * what it received. The second one is the same wish if it comes this soon.
 */
const ECHO_MILLISECONDS = 100;

/**
 * The signal it returns is aborted by the first SIGINT or SIGTERM. By the second the program ends at once.
 *
 * @param first called with the signal's name before the abort
 * @param second called before the program ends
 */
export function listenForInterruption(first: (name: string) => void, second: () => void): AbortSignal {
  const controller = new AbortController();
  let mayEcho = process.env['npm_lifecycle_event'] === 'start';
  let since = 0;
  const interrupt = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      since = performance.now();
      first(name);
      controller.abort();
    } else if (mayEcho && performance.now() - since < ECHO_MILLISECONDS) {
      mayEcho = false;
    } else {
      second();
      process.exit(INTERRUPTED);
    }
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
