#pragma once

#include <optional>
#include <string>
#include <utility>

#include <lockstep/formats/serde.hpp>
#include <lockstep/model/record.hpp>
#include <lockstep/rdd/task_context.hpp>

namespace lockstep {

/// Room for one record's encoded key and value.
struct EncodeScratch {
  std::string key;
  std::string value;
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
