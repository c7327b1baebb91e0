#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <lockstep/api/streaming_context.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/held_records.hpp>
#include <lockstep/dstream/queue_stream.hpp>
#include <lockstep/dstream/received_input.hpp>
#include <lockstep/dstream/receiver.hpp>

namespace lockstep {

// Inputs from outside Kafka; docs/sources.md. All of them throw Error E070 after start().

struct FileStreamOptions {
  std::string id = "files";  ///< identity across restarts; part of a topic's name
  std::chrono::milliseconds poll{500};
  std::size_t line_bytes_max = 900'000;  ///< a longer line is a decode error
  bool stop_on_missing = true;           ///< E262 when the rest of a file is gone; else a warning
};

/// The lines of the files that appear in `dir` by a rename, each file once, oldest first. No nested
/// folders; names that begin with "." or "_" or end in ".tmp" are left out. Exactly once.
[[nodiscard]] DStream<std::string_view> textFileStream(StreamingContext& context,
                                                       const std::string& dir,
                                                       const FileStreamOptions& options = {});
/// The same with the file's name, without its folder, as the key.
[[nodiscard]] DStream<std::pair<std::string_view, std::string_view>> fileStream(
    StreamingContext& context, const std::string& dir, const FileStreamOptions& options = {});

struct ReceiverOptions {
  std::string id = {};  ///< REQUIRED: identity across restarts; part of a topic's name
  Safety safety = Safety::kLog;
  /// Every record says its source and sequence; repeats are dropped. Needs Safety::kLog.
  bool sequenced = false;
  std::chrono::milliseconds block_interval{200};
  std::string name = "receiver";  ///< what it is, for listeners and the log
};

/// Lines of text from a TCP server.
[[nodiscard]] DStream<std::string_view> socketTextStream(StreamingContext& context,
                                                         const std::string& host,
                                                         std::uint16_t port,
                                                         ReceiverOptions options = {});

namespace detail {
/// Throws Error: E009 without an id, E015 for sequenced with Safety::kIgnore.
[[nodiscard]] DStream<RecordView> receiverRecords(StreamingContext& context,
                                                  decltype(SourceDeclaration::what) what,
                                                  const ReceiverOptions& options);
}  // namespace detail

/// What `receiver` stores. A T that the stream does not own the bytes of is best received as
/// std::string_view: Receiver<std::string> gives a stream of std::string.
template <class T>
[[nodiscard]] DStream<T> receiverStream(StreamingContext& context,
                                        std::shared_ptr<Receiver<T>> receiver,
                                        const ReceiverOptions& options) {
  const auto records =
      detail::receiverRecords(context, ReceiverSource(std::move(receiver)), options);
  if (options.sequenced)
    return withoutRepeats(records, options.id)
        .map([](std::string_view bytes) { return Serde<T>{}.read(bytes); }, options.id);
  return records.map(
      [](const RecordView& record) { return Serde<T>{}.read(record.value.value_or("")); },
      options.id);
}

/// A stream whose batches are the collections of `queue`, in order: for tests. Each tick takes the
/// next one, or `otherwise` when none waits. Outside of every guarantee.
template <class T>
[[nodiscard]] DStream<T> queueStream(StreamingContext& context, std::shared_ptr<RddQueue<T>> queue,
                                     bool one_at_a_time = true,
                                     typename RddQueue<T>::Collection otherwise = {}) {
  return queueInput<T>(context.graph(), std::move(queue), {one_at_a_time, {}},
                       std::move(otherwise));
}

}  // namespace lockstep
