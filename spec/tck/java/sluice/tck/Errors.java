package sluice.tck;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Errors cross with an identity, so that one that comes back is the very object that went (TCK: the error of the
 * upstream is the error of the downstream). What begins with 'j' was first seen here, with 'n' in Node.
 */
final class Errors {
  private final AtomicLong last = new AtomicLong();
  private final Map<Throwable, String> ids = Collections.synchronizedMap(new IdentityHashMap<>());
  private final Map<String, Throwable> known = Collections.synchronizedMap(new HashMap<>());

  /** The specification's two exceptions have their counterparts in JavaScript. */
  static String kindOf(Throwable error) {
    if (error instanceof NullPointerException) return "TypeError";
    if (error instanceof IllegalArgumentException) return "RangeError";
    return "Error";
  }

  String idOf(Throwable error) {
    return ids.computeIfAbsent(
        error,
        unknown -> {
          String id = "j" + last.incrementAndGet();
          known.put(id, unknown);
          return id;
        });
  }

  Throwable from(String kind, String message, String id) {
    return known.computeIfAbsent(
        id,
        unknown -> {
          Throwable error =
              switch (kind) {
                case "TypeError" -> new NullPointerException(message);
                case "RangeError" -> new IllegalArgumentException(message);
                default -> new RuntimeException(message);
              };
          ids.put(error, id);
          return error;
        });
  }
}
