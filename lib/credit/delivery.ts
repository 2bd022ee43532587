import type { Delivery } from './protocol.js';

/**
 * The delivery of this moment. It hangs on a global symbol, because two copies of the library in one process must see
 * the same delivery, or each would take the other's records for pushed ones.
 */
const KEY = Symbol.for('sluice.delivery.1');
const home = globalThis as { [KEY]?: Delivery };
export const current: Delivery = (home[KEY] ??= { producer: null, record: null });
