#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/formats/serde.hpp>
#include <lockstep/model/record.hpp>
#include <lockstep/rdd/task_context.hpp>

namespace lockstep {

/// Room for one record's encoded key and value, its headers, and the name of its topic.
struct EncodeScratch {
  std::string key;
  std::string value;
  std::vector<Header> headers;
  std::string topic;
};

/// A record that chooses its topic or its partition. An encoder that returns this instead of an
/// EncodedRecord decides record by record.
struct RoutedRecord {
  EncodedRecord record;
  /// What follows KafkaOutputOptions::topic_prefix; not looked at where the topic is fixed.
  std::string_view topic = {};
  /// Default: murmur2 of the key, as the Java client chooses.
  std::optional<std::int64_t> partition = {};
};

/// Bytes of a key or value in Kafka; an optional without value is null.
template <class T>
[[nodiscard]] std::optional<std::string_view> kafkaBytes(const T& value, std::string& scratch) {
  return encodeInto(Serde<T>{}, value, scratch);
}
template <class T>
[[nodiscard]] std::optional<std::string_view> kafkaBytes(const std::optional<T>& value,
                                                         std::string& scratch) {
  if (!value) return std::nullopt;
  return kafkaBytes(*value, scratch);
}

/// How an element becomes a record. A pair gives key and value, anything else a value without key;
/// both carry the batch time. A RecordView keeps its timestamp and headers: to map a record one to
/// one, copy the view and replace its key or value. The result may point into the element and into
/// `scratch`. Specialise it for your own types, or pass an object of this shape to kafkaOutput().
template <class T>
struct ToRecord {
  EncodedRecord operator()(const T& value, TaskContext& context, EncodeScratch& scratch) const {
    return {std::nullopt, kafkaBytes(value, scratch.value), context.time, {}};
  }
};

template <class K, class V>
struct ToRecord<std::pair<K, V>> {
  EncodedRecord operator()(const std::pair<K, V>& pair, TaskContext& context,
                           EncodeScratch& scratch) const {
    return {kafkaBytes(pair.first, scratch.key),
            kafkaBytes(pair.second, scratch.value),
            context.time,
            {}};
  }
};

template <>
struct ToRecord<RecordView> {
  EncodedRecord operator()(const RecordView& record, TaskContext&, EncodeScratch&) const {
    return {record.key, record.value, record.timestamp, record.headers};
  }
};

}  // namespace lockstep
