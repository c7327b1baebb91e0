package bench;

import java.io.Serializable;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds its thread back to a number of records a second, so that an input lasts for several kills.
 */
final class Pace implements Serializable {
  private static final int RECORDS_PER_LOOK = 256;

  private final long recordsPerSecond;
  private long records;
  private long startNanos;

  /** 0: as fast as it goes. */
  Pace(long recordsPerSecond) { this.recordsPerSecond = recordsPerSecond; }

  boolean isOn() { return recordsPerSecond > 0; }

  void next() {
    if (records == 0)
      startNanos = System.nanoTime();
    if (++records % RECORDS_PER_LOOK != 0)
      return;
    final long due = startNanos + records * 1_000_000_000L / recordsPerSecond;
    for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
      LockSupport.parkNanos(wait);
    }
  }
}
