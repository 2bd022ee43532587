import { fromPull } from '../../lib/sources/fromPull.js';

/** An endless or long source that can be subscribed again, and how it is used over all its subscriptions. */
export function rowsOf(length = Infinity) {
  const watched = { pulled: 0, returned: 0 };
  const rows = function* () {
    try {
      for (let n = 0; n < length; n++) {
        watched.pulled++;
        yield n;
      }
    } finally {
      watched.returned++;
    }
  };
  return { watched, rows, flow: fromPull(() => rows()) };
}
