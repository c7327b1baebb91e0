package bench;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes from an input record what the job needs, and nothing else. */
final class InputRecord<T> implements KafkaRecordDeserializationSchema<T> {
  /** What a job needs of a record. */
  interface Decoder<T> extends Serializable {
    T decode(ConsumerRecord<byte[], byte[]> record);
  }

  private final TypeInformation<T> type;
  private final Decoder<T> decoder;

  InputRecord(TypeInformation<T> type, Decoder<T> decoder) {
    this.type = type;
    this.decoder = decoder;
  }

  /** The cheapest way from bytes to a string and back; the inputs are ASCII. */
  static String text(byte[] bytes) { return new String(bytes, StandardCharsets.ISO_8859_1); }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<T> out) {
    out.collect(decoder.decode(record));
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return type;
  }
}
