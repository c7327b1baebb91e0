package verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** One record as a reader saw it. A null key or value stays null. */
record Seen(String topic, int partition, long offset, long timestamp, String key, byte[] value) {
  static Seen of(ConsumerRecord<byte[], byte[]> record) {
    return new Seen(record.topic(), record.partition(), record.offset(), record.timestamp(),
        text(record.key()), record.value());
  }

  /** The value as text, as "null" for a tombstone. */
  String text() { return text(value); }

  /** The value as a count: decimal text, or eight bytes as Kafka's LongSerializer writes them. */
  long count(boolean binary) {
    return binary ? ByteBuffer.wrap(value).getLong() : Long.parseLong(text());
  }

  /** Whether count(true) can read it. */
  boolean isCount() { return value != null && value.length == Long.BYTES; }

  /** What must be equal in a copy. */
  String content() { return key + " = " + text(); }

  String place() { return topic + "-" + partition + "@" + offset; }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
