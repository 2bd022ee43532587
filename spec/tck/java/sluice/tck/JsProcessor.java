package sluice.tck;

import org.reactivestreams.Processor;
import org.reactivestreams.Subscription;

/** A Processor of the library. Null crosses as null: it is for the library to refuse it. */
final class JsProcessor extends JsPublisher implements Processor<Integer, Integer> {
  JsProcessor(Bridge bridge, int bufferSize) {
    super(bridge, "processor", bufferSize);
  }

  @Override
  public void onSubscribe(Subscription upstream) {
    bridge.call("upOnSubscribe", id, upstream == null ? "null" : bridge.register(upstream));
  }

  @Override
  public void onNext(Integer element) {
    bridge.call("upOnNext", id, element);
  }

  @Override
  public void onError(Throwable error) {
    if (error == null) bridge.call("upOnError", id, "null");
    else bridge.call("upOnError", id, bridge.describe(error));
  }

  @Override
  public void onComplete() {
    bridge.call("upOnComplete", id);
  }
}
