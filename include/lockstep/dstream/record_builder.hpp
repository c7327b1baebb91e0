#pragma once

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/to_record.hpp>

namespace lockstep {

/// What a headers function fills: f(element, headers). Names and values are copied; they live until
/// the record is encoded. A record keeps the headers that its encoder gave it, these come behind.
class HeaderList {
 public:
  HeaderList(std::vector<Header>& headers, Arena& arena) : headers_(headers), arena_(arena) {}

  void add(std::string_view name, std::optional<std::string_view> value) {
    Header header{arena_.copy(name), std::nullopt};
    if (value) header.value = arena_.copy(*value);
    headers_.push_back(header);
  }

 private:
  std::vector<Header>& headers_;
  Arena& arena_;
};

namespace detail {

/// A part that is left as the encoder makes it.
struct NoPart {};

/// An encoder on top of another: ToRecord's key, value and time, with topic, partition and headers
/// from functions of the element.
template <class T, class Base, class Topic, class Partitioner, class Headers>
class RecordBuilder {
 public:
  RecordBuilder(Base base, Topic topic_of, Partitioner partition_of, Headers headers_of)
      : base_(std::move(base)),
        topic_(std::move(topic_of)),
        partitioner_(std::move(partition_of)),
        headers_(std::move(headers_of)) {}

  /// f(element) -> text: what follows KafkaOutputOptions::topic_prefix.
  template <class F>
  [[nodiscard]] auto topic(F f) const {
    return RecordBuilder<T, Base, F, Partitioner, Headers>(base_, std::move(f), partitioner_,
                                                           headers_);
  }
  /// f(element) -> number of the partition, from 0; one that the topic does not have goes the
  /// errors.produce way.
  template <class F>
  [[nodiscard]] auto partition(F f) const {
    return RecordBuilder<T, Base, Topic, F, Headers>(base_, topic_, std::move(f), headers_);
  }
  /// f(element, HeaderList&).
  template <class F>
  [[nodiscard]] auto headers(F f) const {
    return RecordBuilder<T, Base, Topic, Partitioner, F>(base_, topic_, partitioner_, std::move(f));
  }

  auto operator()(const T& element, TaskContext& context, EncodeScratch& scratch) const {
    EncodedRecord record = base_(element, context, scratch);
    if constexpr (!std::is_same_v<Headers, NoPart>) {
      scratch.headers.assign(record.headers.begin(), record.headers.end());
      HeaderList list(scratch.headers, context.arena);
      headers_(element, list);
      record.headers = scratch.headers;
    }
    if constexpr (std::is_same_v<Topic, NoPart> && std::is_same_v<Partitioner, NoPart>) {
      return record;
    } else {
      RoutedRecord routed{record, {}, {}};
      if constexpr (!std::is_same_v<Topic, NoPart>) {
        scratch.topic = topic_(element);
        routed.topic = scratch.topic;
      }
      if constexpr (!std::is_same_v<Partitioner, NoPart>)
        routed.partition = static_cast<std::int64_t>(partitioner_(element));
      return routed;
    }
  }

 private:
  Base base_;
  Topic topic_;
  Partitioner partitioner_;
  Headers headers_;
};

}  // namespace detail

/// An encoder for kafka::save() that adds to what ToRecord<T> (or `base`) makes of an element:
///
///   kafka::save(orders, {.topic_prefix = "orders-"},
///               toRecord<Order>().topic([](const Order& o) { return o.country; })
///                   .partition([](const Order& o) { return o.shop % 8; })
///                   .headers([](const Order& o, HeaderList& h) { h.add("shop", o.name); }));
///
/// Without one of the functions a record is as it is without this encoder. The functions throw what
/// they like: it rejects the element.
template <class T, class Base = ToRecord<T>>
[[nodiscard]] auto toRecord(Base base = {}) {
  return detail::RecordBuilder<T, Base, detail::NoPart, detail::NoPart, detail::NoPart>(
      std::move(base), {}, {}, {});
}

}  // namespace lockstep
