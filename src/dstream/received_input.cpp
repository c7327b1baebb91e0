#include <lockstep/dstream/received_input.hpp>

#include <charconv>
#include <utility>

#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/held_records.hpp>
#include <lockstep/formats/serde_composite.hpp>
#include <lockstep/model/internal_topics.hpp>
#include <lockstep/model/record_error.hpp>

namespace lockstep {
namespace {

std::optional<std::string_view> headerOf(const RecordView& record, std::string_view name) {
  for (const Header& header : record.headers)
    if (header.key == name) return header.value;
  return std::nullopt;
}

using Sequenced = std::pair<std::int64_t, std::string_view>;

/// By its source, so that each source's sequence lives in one shard.
std::pair<std::string_view, Sequenced> bySource(const RecordView& record) {
  const auto source = headerOf(record, kSourceHeader);
  const auto text = headerOf(record, kSequenceHeader).value_or("");
  std::int64_t sequence = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
  if (!source || error != std::errc{} || end != text.data() + text.size())
    throw RecordError(RecordErrorKind::kDecode, "the record has no source and sequence");
  return {*source, {sequence, record.value.value_or("")}};
}

std::optional<std::string_view> firstTime(std::string_view, std::optional<Sequenced> element,
                                          State<std::int64_t>& last) {
  if (!element || (last.exists() && element->first <= last.get())) return std::nullopt;
  last.update(element->first);
  return element->second;
}

}  // namespace

DStream<RecordView> receivedInput(const std::shared_ptr<DStreamGraph>& graph,
                                  const std::string& application, SourceDeclaration source) {
  const std::string id = source.id;
  auto held = source.held;
  graph->addSource(std::move(source));
  if (held != nullptr) return heldInput(graph, std::move(held), id);
  return directKafkaInput(graph, {receiverTopic(application, id)}, id)
      .filter(
          [](const RecordView& record) {
            if (record.headers.empty()) return true;
            if (const auto problem = headerOf(record, kReceiveErrorHeader))
              throw RecordError(RecordErrorKind::kDecode, std::string(*problem));
            return true;
          },
          id);
}

DStream<std::string_view> withoutRepeats(const DStream<RecordView>& records,
                                         const std::string& id) {
  return records.map(&bySource, id + ".source")
      .mapWithState(StateSpec::function(&firstTime).id("receiver-" + id));
}

}  // namespace lockstep
