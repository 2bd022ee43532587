export { fromPublisher } from './sources/fromPublisher.js';
export type { Processor, Publisher, Subscriber, Subscription } from './sources/Publisher.js';
export { toProcessor } from './sinks/toProcessor.js';
export { toPublisher } from './sinks/toPublisher.js';
