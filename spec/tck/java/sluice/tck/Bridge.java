package sluice.tck;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Synchronous calls in both directions between this process and a Node process, over one connection on loopback.
 *
 * <p>A call that is made inside a call of the other side says so ({@code ctx}), and is executed by the very thread that is
 * blocked in that call. So request inside onNext inside request is one stack on both sides, and the rules about recursion
 * and about what may not be called from where are really tested.
 *
 * <p>One line for each message, its fields percent-encoded and separated by a space:
 *
 * <pre>
 * CALL id ctx op argument…      a call; ctx is the id of the other side's call inside which it is made, 0 for none
 * RET id                        it has returned
 * RET id kind message error     it has thrown
 * GONE subscriber               Node has collected that subscriber
 * FATAL text                    an error in Node that nobody caught
 * </pre>
 */
final class Bridge implements AutoCloseable {
  private static final long LONGEST_CALL_SECONDS = 60;

  private final Process node;
  private final Socket socket;
  private final Writer out;
  private final AtomicLong lastId = new AtomicLong();
  /** By the id of a call of ours: where its thread waits for what concerns it. */
  private final Map<Long, BlockingQueue<String[]>> waiting = new ConcurrentHashMap<>();
  /** The calls of the other side that this thread is inside of. */
  private final ThreadLocal<Deque<Long>> inside = ThreadLocal.withInitial(ArrayDeque::new);
  /** Executes what Node calls outside every call of ours, one at a time, as Node makes them. */
  private final ExecutorService dispatcher = Executors.newSingleThreadExecutor(Bridge::daemon);

  /**
   * The subscribers that Node holds. An entry is removed when Node has collected its side of it and not before: an entry
   * that stays is a subscriber that the library does not let go of (rule 3.13).
   */
  private final Map<Long, Subscriber<? super Integer>> subscribers = new ConcurrentHashMap<>();

  private final Map<Long, Subscription> upstreams = new ConcurrentHashMap<>();
  private final Errors errors = new Errors();
  private final List<String> fatal = new ArrayList<>();

  Bridge(List<String> command) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(60_000);
      List<String> line = new ArrayList<>(command);
      line.add(Integer.toString(server.getLocalPort()));
      node = new ProcessBuilder(line).inheritIO().start();
      node.onExit().thenRun(() -> closeQuietly(server));
      socket = server.accept();
    }
    socket.setTcpNoDelay(true);
    out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    daemon(() -> read(in)).start();
  }

  /** What nobody caught in Node so far. */
  synchronized List<String> fatal() {
    return List.copyOf(fatal);
  }

  long newId() {
    return lastId.incrementAndGet();
  }

  long register(Subscriber<? super Integer> subscriber) {
    long id = newId();
    subscribers.put(id, subscriber);
    return id;
  }

  long register(Subscription upstream) {
    long id = newId();
    upstreams.put(id, upstream);
    return id;
  }

  /** An error as an argument: its kind, message and identity. */
  Object[] describe(Throwable error) {
    return new Object[] {Errors.kindOf(error), String.valueOf(error.getMessage()), errors.idOf(error)};
  }

  /** Calls Node and waits until it returns. What Node calls meanwhile from inside is executed here. */
  void call(String op, Object... arguments) {
    long id = newId();
    Long context = inside.get().peek();
    BlockingQueue<String[]> messages = new LinkedBlockingQueue<>();
    waiting.put(id, messages);
    try {
      send("CALL", id, context == null ? 0 : context, op, arguments);
      for (; ; ) {
        String[] message = messages.poll(LONGEST_CALL_SECONDS, TimeUnit.SECONDS);
        if (message == null) throw new IllegalStateException("Node does not return from " + op);
        if (message[0].equals("CALL")) {
          execute(message);
          continue;
        }
        if (message.length > 2) throw sneaky(errors.from(message[2], message[3], message[4]));
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted inside " + op, interrupted);
    } finally {
      waiting.remove(id);
    }
  }

  private void read(BufferedReader in) {
    try {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] message =
            Arrays.stream(line.split(" ", -1))
                .map(field -> URLDecoder.decode(field, StandardCharsets.UTF_8))
                .toArray(String[]::new);
        switch (message[0]) {
          case "CALL" -> {
            BlockingQueue<String[]> caller = waiting.get(Long.parseLong(message[2]));
            if (caller == null) dispatcher.execute(() -> execute(message));
            else caller.add(message);
          }
          case "RET" -> {
            // A thread that was interrupted waits no more, and a suite ends by interrupting its threads.
            BlockingQueue<String[]> caller = waiting.get(Long.parseLong(message[1]));
            if (caller != null) caller.add(message);
          }
          case "GONE" -> subscribers.remove(Long.parseLong(message[1]));
          default -> died(message[1]);
        }
      }
    } catch (IOException | RuntimeException broken) {
      if (!socket.isClosed()) died("the connection broke: " + broken);
    }
  }

  private synchronized void died(String why) {
    fatal.add(why);
  }

  /** Executes a call of Node's on this thread. */
  private void execute(String[] message) {
    long id = Long.parseLong(message[1]);
    Deque<Long> stack = inside.get();
    stack.push(id);
    try {
      perform(message[3], message);
      send("RET", id);
    } catch (Throwable thrown) {
      send("RET", id, describe(thrown));
    } finally {
      stack.pop();
    }
  }

  private void perform(String op, String[] message) {
    long id = Long.parseLong(message[4]);
    switch (op) {
      case "onSubscribe" -> subscriber(id).onSubscribe(new JsSubscription(this, id));
      case "onNext" -> subscriber(id).onNext(message[5].equals("null") ? null : Integer.valueOf(message[5]));
      case "onComplete" -> subscriber(id).onComplete();
      case "onError" -> subscriber(id).onError(errors.from(message[5], message[6], message[7]));
      case "upRequest" -> upstreams.get(id).request(Long.parseLong(message[5]));
      case "upCancel" -> upstreams.get(id).cancel();
      default -> throw new IllegalStateException("Node calls " + op + ", which is unknown");
    }
  }

  private Subscriber<? super Integer> subscriber(long id) {
    Subscriber<? super Integer> subscriber = subscribers.get(id);
    if (subscriber == null) throw new IllegalStateException("a signal to a subscriber that Node had collected");
    return subscriber;
  }

  private synchronized void send(Object... fields) {
    StringBuilder line = new StringBuilder();
    append(line, fields);
    try {
      out.write(line.append('\n').toString());
      out.flush();
    } catch (IOException broken) {
      throw new IllegalStateException("Node is gone", broken);
    }
  }

  private static void append(StringBuilder line, Object[] fields) {
    for (Object field : fields) {
      if (field instanceof Object[] more) {
        append(line, more);
        continue;
      }
      if (!line.isEmpty()) line.append(' ');
      line.append(URLEncoder.encode(String.valueOf(field), StandardCharsets.UTF_8).replace("+", "%20"));
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    socket.close();
    dispatcher.shutdownNow();
    if (!node.waitFor(10, TimeUnit.SECONDS)) node.destroyForcibly();
  }

  /** Node has ended before it called: whoever waits for it need not. */
  private static void closeQuietly(ServerSocket server) {
    try {
      server.close();
    } catch (IOException ignored) {
      // It was closed already.
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "bridge");
    thread.setDaemon(true);
    return thread;
  }

  /** Throws what the other side threw, as it is. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneaky(Throwable error) throws E {
    throw (E) error;
  }
}
