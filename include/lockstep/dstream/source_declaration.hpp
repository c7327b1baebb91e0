#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include <lockstep/ports/receiver.hpp>

namespace lockstep {

class HeldRecords;

/// What becomes of received records until they are processed.
enum class Safety : std::uint8_t {
  kLog,     ///< in a topic of the application: nothing that was acknowledged is lost
  kIgnore,  ///< in memory: a crash loses what was not processed
};

/// A folder whose new files are read as lines.
struct FileSource {
  std::string dir;
  std::chrono::milliseconds poll{500};   ///< between two looks at the folder
  std::size_t line_bytes_max = 900'000;  ///< a longer line goes the errors.decode way
  bool stop_on_missing = true;           ///< E262 when the rest of a file is gone; else a warning
};

/// Lines of text from a TCP server.
struct SocketSource {
  std::string host;
  std::uint16_t port = 0;
};

using ReceiverSource = std::shared_ptr<ReceiverBase>;

/// An input from outside Kafka, as the graph declares it and the runtime runs it.
struct SourceDeclaration {
  std::string id;    ///< names its topic: the source's identity across restarts
  std::string kind;  ///< "files", "socket", or the receiver's name
  std::variant<FileSource, SocketSource, ReceiverSource> what;
  Safety safety = Safety::kLog;
  bool sequenced = false;  ///< every record has an origin; repeats are dropped
  std::chrono::milliseconds block_interval{200};
  /// With kIgnore: where batches take the records from.
  std::shared_ptr<HeldRecords> held = {};

  [[nodiscard]] bool isFiles() const { return std::holds_alternative<FileSource>(what); }
};

/// Headers of records in a source's topic.
inline constexpr std::string_view kReceiveErrorHeader = "lockstep.receive.error";
inline constexpr std::string_view kSourceHeader = "lockstep.source";
inline constexpr std::string_view kSequenceHeader = "lockstep.sequence";

}  // namespace lockstep
