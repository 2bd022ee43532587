import type { Suite } from './judge.js';

/** Tests that need more than one subscriber, which a processor does not serve. */
const SEVERAL_SUBSCRIBERS = [
  'optional_spec111_maySupportMultiSubscribe',
  'optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingManyUpfront',
  'optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingManyUpfrontAndCompleteAsExpected',
  'optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingOneByOne',
  'optional_spec111_registeredSubscribersMustReceiveOnNextOrOnCompleteSignals',
  'required_mustRequestFromUpstreamForElementsThatHaveBeenRequestedLongAgo',
  'required_spec104_mustCallOnErrorOnAllItsSubscribersIfItEncountersANonRecoverableError',
];

const publisher = { kind: 'lawful', passed: 31, total: 38, skipped: [] } as const;
const processor = { kind: 'lawful', passed: 41, total: 68, skipped: SEVERAL_SUBSCRIBERS } as const;

/** Every run, and the exact counts that it must come to. */
export const SUITES: readonly Suite[] = [
  { adapter: 'plain', part: 'publisher', expected: publisher },
  { adapter: 'plain', part: 'processor', expected: processor },
  { adapter: 'staged', part: 'publisher', expected: publisher },
  { adapter: 'staged', part: 'processor', expected: processor },
  { adapter: 'broken', part: 'publisher', expected: { kind: 'broken', failed: 10, total: 38 } },
  { adapter: 'broken', part: 'processor', expected: { kind: 'broken', failed: 10, total: 68 } },
];
