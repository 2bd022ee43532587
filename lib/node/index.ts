export { toReadable, type ToReadableOptions } from './toReadable.js';
export { writableDestination, type WritableDestinationOptions } from './writableDestination.js';
