#include <lockstep/rdd/topic_limits.hpp>

namespace lockstep {

namespace {

constexpr std::size_t kBatchHeader = 61;   // RecordBatch v2
constexpr std::size_t kRecordHeader = 26;  // length, attributes, timestamp and offset deltas, sizes
constexpr std::size_t kHeaderLengths = 10;

bool outside(WallTime timestamp, const TopicDescription& topic, WallTime now) {
  constexpr auto kAny = std::chrono::milliseconds::max();
  return (topic.timestamp_before_max != kAny && now - timestamp > topic.timestamp_before_max) ||
         (topic.timestamp_after_max != kAny && timestamp - now > topic.timestamp_after_max);
}

}  // namespace

std::size_t wireBytesMax(const EncodedRecord& record) {
  std::size_t bytes = kBatchHeader + kRecordHeader;
  if (record.key) bytes += record.key->size();
  if (record.value) bytes += record.value->size();
  for (const Header& header : record.headers)
    bytes += kHeaderLengths + header.key.size() + (header.value ? header.value->size() : 0);
  return bytes;
}

std::string whyRefused(const EncodedRecord& record, const TopicDescription& topic,
                       WallTime wall_now) {
  if (topic.max_message_bytes > 0) {
    const std::size_t bytes = wireBytesMax(record);
    if (bytes > static_cast<std::size_t>(topic.max_message_bytes))
      return "takes " + std::to_string(bytes) + " bytes, topic " + topic.name + " allows " +
             std::to_string(topic.max_message_bytes) + " (max.message.bytes)";
  }
  if (outside(record.timestamp, topic, wall_now))
    return "timestamp " + std::to_string(record.timestamp.time_since_epoch().count()) +
           " is outside the window of topic " + topic.name +
           " (message.timestamp.before.max.ms, message.timestamp.after.max.ms)";
  return {};
}

}  // namespace lockstep
