package sluice.tck;

import org.reactivestreams.Subscription;

/** A Subscription of the library. It knows its subscriber by number alone, and so holds no reference to it. */
record JsSubscription(Bridge bridge, long subscriber) implements Subscription {
  @Override
  public void request(long count) {
    bridge.call("request", subscriber, count);
  }

  @Override
  public void cancel() {
    bridge.call("cancel", subscriber);
  }
}
