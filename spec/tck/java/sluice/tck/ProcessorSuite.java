package sluice.tck;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.reactivestreams.Processor;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.IdentityProcessorVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;

/** The IdentityProcessor part of the TCK, which holds the Publisher part and the white-box Subscriber part. */
public class ProcessorSuite extends IdentityProcessorVerification<Integer> {
  private final ExecutorService executor = Executors.newFixedThreadPool(4);

  public ProcessorSuite() {
    super(new TestEnvironment());
  }

  @Override
  public Processor<Integer, Integer> createIdentityProcessor(int bufferSize) {
    return new JsProcessor(Run.bridge(), bufferSize);
  }

  @Override
  public Publisher<Integer> createFailedPublisher() {
    return new JsPublisher(Run.bridge(), "failed", 0);
  }

  /** A processor serves one subscriber; the tests that need several are skipped, and counted as skipped. */
  @Override
  public long maxSupportedSubscribers() {
    return 1;
  }

  @Override
  public ExecutorService publisherExecutorService() {
    return executor;
  }

  @Override
  public Integer createElement(int element) {
    return element;
  }

  @AfterClass
  public void shutdown() {
    executor.shutdownNow();
  }
}
