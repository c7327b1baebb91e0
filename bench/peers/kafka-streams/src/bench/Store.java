package bench;

import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The state store `state`, with a changelog topic: in RocksDB or in memory. */
final class Store {
  static <K, V> Materialized<K, V, KeyValueStore<Bytes, byte[]>> of(
      Options options, Serde<K> keys, Serde<V> values) {
    final KeyValueBytesStoreSupplier supplier = isInMemory(options)
        ? Stores.inMemoryKeyValueStore("state")
        : Stores.persistentTimestampedKeyValueStore("state");
    return Materialized.<K, V>as(supplier).withKeySerde(keys).withValueSerde(values);
  }

  /** The record cache pays in front of RocksDB only: a store in memory is faster without it. */
  static long cacheBytes(Options options) { return isInMemory(options) ? 0 : 64 << 20; }

  private static boolean isInMemory(Options options) {
    return switch (options.text("store", "rocksdb")) {
      case "memory" -> true;
      case "rocksdb" -> false;
      default -> throw new IllegalArgumentException("store=rocksdb|memory");
    };
  }
}
