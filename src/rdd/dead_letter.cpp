#include "src/rdd/dead_letter.hpp"

#include <algorithm>
#include <vector>

#include <lockstep/rdd/topic_limits.hpp>

namespace lockstep {

namespace {

constexpr std::size_t kCauseMax = 1024;  // bytes of lockstep.cause

/// Shortens `part` by as much as the record is too large; whether that was enough.
bool cut(std::optional<std::string_view>& part, const EncodedRecord& record, std::size_t limit) {
  const std::size_t bytes = wireBytesMax(record);
  if (bytes <= limit) return true;
  if (!part) return false;
  const std::size_t excess = std::min(bytes - limit, part->size());
  part->remove_suffix(excess);
  return wireBytesMax(record) <= limit;
}

}  // namespace

std::string describeFailure(const FailedElement& element, const RecordError& error) {
  std::string text;
  if (element.source != nullptr)
    text = toString(*element.source) + "@" + std::to_string(element.offset.value()) + ": ";
  else if (element.key)
    text = "key of " + std::to_string(element.key->size()) + " bytes: ";
  return text + "step '" + error.step() + "' (" + std::string(toString(error.kind())) +
         "): " + error.cause();
}

void appendDeadLetter(const FailedElement& element, const RecordError& error,
                      const DeadLetterTarget& target, RecordBatch& out) {
  const std::string partition =
      element.source ? std::to_string(element.source->partition.value()) : "";
  const std::string offset = std::to_string(element.offset.value());
  const std::string original = std::to_string(element.value ? element.value->size() : 0);
  std::vector<Header> headers(element.headers.begin(), element.headers.end());
  if (element.source != nullptr) {
    headers.push_back({"lockstep.topic", element.source->topic});
    headers.push_back({"lockstep.partition", partition});
    headers.push_back({"lockstep.offset", offset});
  }
  headers.push_back({"lockstep.step", error.step()});
  headers.push_back({"lockstep.kind", toString(error.kind())});
  headers.push_back({"lockstep.cause", std::string_view(error.cause()).substr(0, kCauseMax)});

  EncodedRecord record{element.key, element.value, element.timestamp.value_or(target.batch_time),
                       headers};
  const std::int64_t limit = target.topic.max_message_bytes;
  if (limit > 0 && wireBytesMax(record) > static_cast<std::size_t>(limit)) {
    headers.push_back({"lockstep.cut", original});
    record.headers = std::span(headers).subspan(element.headers.size());
    const auto bytes = static_cast<std::size_t>(limit);
    if (!cut(record.value, record, bytes)) cut(record.key, record, bytes);
  }
  if (!whyRefused(record, target.topic, target.wall_now).empty())
    record.timestamp = target.batch_time;
  out.append(record);
}

}  // namespace lockstep
