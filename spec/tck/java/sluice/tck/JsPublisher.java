package sluice.tck;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** A Publisher of the library. */
class JsPublisher implements Publisher<Integer> {
  final Bridge bridge;
  final long id;

  /** {@code kind} is 'range', 'failed' or 'processor', with a number for what it needs to know. */
  JsPublisher(Bridge bridge, String kind, long number) {
    this.bridge = bridge;
    this.id = bridge.newId();
    bridge.call("new", id, kind, number);
  }

  /** Null crosses as null: it is for the library to refuse it. */
  @Override
  public void subscribe(Subscriber<? super Integer> subscriber) {
    bridge.call("subscribe", id, subscriber == null ? "null" : bridge.register(subscriber));
  }
}
