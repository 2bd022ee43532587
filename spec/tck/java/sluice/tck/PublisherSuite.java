package sluice.tck;

import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;

/** The Publisher part of the TCK. maxElementsFromPublisher stays as it is: any less would skip tests in silence. */
public class PublisherSuite extends PublisherVerification<Integer> {
  public PublisherSuite() {
    super(new TestEnvironment());
  }

  @Override
  public Publisher<Integer> createPublisher(long elements) {
    return new JsPublisher(Run.bridge(), "range", elements);
  }

  @Override
  public Publisher<Integer> createFailedPublisher() {
    return new JsPublisher(Run.bridge(), "failed", 0);
  }
}
