export { CreditSubject } from './credit/CreditSubject.js';
export { Flowable } from './credit/Flowable.js';
export { FlowableSubscriber } from './credit/FlowableSubscriber.js';
export { SluiceError, type SluiceCode } from './credit/SluiceError.js';
export { subscribeWithCredit } from './credit/subscribeWithCredit.js';
export { stage, type StageProjectOptions } from './operators/stage.js';
export type { DeadLetterOptions, FailureOptions } from './operators/failureOptions.js';
export type { Order } from './operators/order.js';
export type { ReadyStageOptions, StageOptions } from './options/common.js';
export type { StandardIssue, StandardResult, StandardSchema } from './options/standardSchema.js';
export type { StageInfo } from './operators/StageInfo.js';
export { fromPull, type Pullable, type PullableFactory } from './sources/fromPull.js';
export { run, RunError, type RunOptions, type RunReport } from './sinks/run.js';
export type { DeadLetter } from './records/DeadLetter.js';
export type { LedgerCount } from './records/Ledger.js';
export type { StageCount } from './records/StageBooks.js';
export type { RecordContext } from './records/RecordContext.js';
export type { Outcome } from './records/outcome.js';
export { onSettled } from './records/onSettled.js';
export { mayCommit } from './records/outcome.js';
export { onBackpressureBuffer, type OnBackpressureBufferOptions } from './sources/onBackpressureBuffer.js';
export { onBackpressureDrop, type OnBackpressureDropOptions } from './sources/onBackpressureDrop.js';
export { onBackpressureLatest, type OnBackpressureLatestOptions } from './sources/onBackpressureLatest.js';
export { batch, type BatchOptions } from './operators/batch.js';
export { boundary, type BoundaryOptions } from './operators/boundary.js';
export { balance, type BalanceOptions } from './operators/balance.js';
export { broadcast, type BroadcastOptions } from './operators/broadcast.js';
export { BroadcastFlowable, type BranchOptions, type BranchOverflow } from './operators/BroadcastFlowable.js';
export { concatFlowables } from './operators/concatFlowables.js';
export { expandStage, type ExpandStageOptions } from './operators/expandStage.js';
export { inline } from './operators/inline.js';
export { mergeFlowables, type MergeFlowablesOptions } from './operators/mergeFlowables.js';
export type { Overflow } from './operators/overflow.js';
export { partitionBy, type PartitionByOptions } from './operators/partitionBy.js';
export { uncredited } from './operators/uncredited.js';
export { withRecord } from './operators/withRecord.js';
export { zipFlowables, type Zipped, type ZipFlowablesOptions } from './operators/zipFlowables.js';
export { serve, type ServedPipeline, type ServeOptions, type Service } from './sinks/serve.js';
export type { SubmissionCount } from './sinks/Submissions.js';
export type { SubmitOptions } from './sinks/Submission.js';
export type {
  CancelledOutcome,
  DeadLetteredOutcome,
  DeliveredOutcome,
  FilteredOutcome,
  RejectedOutcome,
  SubmitOutcome,
} from './sinks/SubmitOutcome.js';
export { toReadableStream, type ToReadableStreamOptions } from './sinks/toReadableStream.js';
export { toAsyncIterable, type ToAsyncIterableOptions } from './sinks/toAsyncIterable.js';
export { control } from './operators/control.js';
export { asyncEgress, type AsyncEgressOptions, type EgressResult } from './stages/asyncEgress.js';
export type { EgressInfo } from './stages/EgressInfo.js';
export { finalSink, type FinalSinkBatch, type FinalSinkOptions } from './stages/finalSink.js';
export { gateway, type GatewayOptions } from './stages/gateway.js';
export { ingressProcessing, type IngressProcessingOptions } from './stages/ingressProcessing.js';
export type { OnBufferTimeout } from './stages/IngressMachine.js';
export type { Validate } from './stages/validator.js';
export type { Stray } from './stages/PendingAcknowledgments.js';
export { keyGen, type KeyGenOptions } from './stages/keyGen.js';
export { referenceConfiguration } from './stages/referenceConfiguration.js';
export { sharedLimit, type ConcurrencyLimit } from './control/ConcurrencyLimit.js';
export type { ControllerOptions } from './control/controllerOptions.js';
export {
  DeadLetterQueue,
  type DeadLetterQueueOptions,
  type DeadLetterSummary,
  type Reentry,
  type RedriveOptions,
  type WhenFull,
} from './control/DeadLetterQueue.js';
export type { Health, HealthLabel } from './control/health.js';
export type { StageActivity, StageKind, StageObserver } from './control/observedStage.js';
export type { Logger, LogLevel, WriteLine } from './control/Logger.js';
export type { LedgerSum } from './control/PipelineBooks.js';
export type { PlatformReading, PlatformSignal, SignalsOption } from './control/PlatformSignals.js';
export type { Rejection, Starvation } from './control/stageEvent.js';
export type { Formula, Signals, Term } from './control/pressure.js';
export type { ThrottleCurve } from './control/throttle.js';
export { PipelineBackPressureController } from './control/PipelineBackPressureController.js';
export type { LatencyQuantiles } from './control/LatencySketch.js';
export type { Bottleneck, PartitionStatus, PipelineStatus, StageStatus } from './control/status.js';
export {
  callbackDestination,
  type CallbackContext,
  type CallbackDestinationOptions,
} from './destinations/callbackDestination.js';
export type {
  Acknowledgment,
  Destination,
  DestinationEnding,
  OpenContext,
  WriteAnswer,
  WriteContext,
  WriteRequest,
} from './destinations/Destination.js';
