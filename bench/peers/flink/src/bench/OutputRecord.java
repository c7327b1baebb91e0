package bench;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Makes the output record. It names its topic, or transaction naming POOLING is refused. */
final class OutputRecord<T>
    implements KafkaRecordSerializationSchema<T>, KafkaDatasetFacetProvider {
  /** How a job writes an element. */
  interface Encoder<T> extends Serializable {
    ProducerRecord<byte[], byte[]> encode(String topic, T element);
  }

  private final String topic;
  private final Encoder<T> encoder;

  OutputRecord(String topic, Encoder<T> encoder) {
    this.topic = topic;
    this.encoder = encoder;
  }

  /** A key and eight bytes, most significant first. */
  static ProducerRecord<byte[], byte[]> of(String topic, String key, long bits) {
    return new ProducerRecord<>(topic, key.getBytes(StandardCharsets.ISO_8859_1),
        ByteBuffer.allocate(Long.BYTES).putLong(bits).array());
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      T element, KafkaSinkContext context, Long timestamp) {
    return encoder.encode(topic, element);
  }

  @Override
  public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
    return Optional.of(
        new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
  }
}
