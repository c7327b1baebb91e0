#include "src/config/source_reader.hpp"

#include <array>

#include <fmt/format.h>

#include <lockstep/base/units.hpp>

#include "src/config/value_reader.hpp"

namespace lockstep::config {
namespace {

constexpr std::string_view kLineFormats = "string, bytes, long, double or json";
constexpr std::uint64_t kPortMax = 65'535;
constexpr std::uint64_t kLineBytesMax = 900'000;
constexpr std::chrono::milliseconds kPollMin{10};
constexpr std::chrono::milliseconds kBlockMin{10};
constexpr std::chrono::milliseconds kBlockAdvised{50};

constexpr std::array kFilesKeys{
    KeyRow{"dir", "text", "-",
           "Folder whose new files are read, each once, line by line; the key is the file's name",
           true},
    KeyRow{"value", kLineFormats, "string", "Format of the lines"},
    KeyRow{"poll", "duration", "500ms", "Between two looks at the folder"},
    KeyRow{"line_bytes_max", "size", "900KB",
           "A longer line goes the `errors.decode` way; at most 900KB"},
    KeyRow{"missing", "stop or skip", "stop",
           "When the rest of a file is gone before it was read: stop (E262), or go on without it"},
};
constexpr std::array kSocketKeys{
    KeyRow{"host", "text", "-", "Server that sends lines of text", true},
    KeyRow{"port", "number", "-", "Its port, 1 to 65535", true},
    KeyRow{"value", kLineFormats, "string", "Format of the lines"},
    KeyRow{
        "safety", "log or ignore", "log",
        "`log`: what was received is in a topic before it is processed; `ignore`: in memory only"},
    KeyRow{"block_interval", "duration", "200ms",
           "So long lines are gathered before they are written together"},
};
constexpr std::array<std::string_view, 2> kMissing{"stop", "skip"};
constexpr std::array<std::string_view, 2> kSafety{"log", "ignore"};

void outOfRange(const Node& value, std::string_view what, std::string allowed,
                Diagnostics& diagnostics) {
  diagnostics.error("E031", value.place, fmt::format("{} is out of range", what),
                    std::move(allowed));
}

void readPort(const Node& value, SocketInput& input, ValueReader& reader) {
  std::uint64_t port = 0;
  if (!reader.read(value, "port", port)) return;
  if (port == 0 || port > kPortMax)
    return outOfRange(value, fmt::format("port {}", port), "allowed: 1 to 65535",
                      reader.diagnostics());
  input.port = static_cast<std::uint16_t>(port);
}

void readBlockInterval(const Node& value, SocketInput& input, ValueReader& reader) {
  auto& diagnostics = reader.diagnostics();
  if (!reader.read(value, "block_interval", input.block_interval)) return;
  const auto shown = formatDuration(input.block_interval);
  if (input.block_interval < kBlockMin)
    return outOfRange(value, "block_interval " + shown, "allowed: 10ms and up", diagnostics);
  if (input.block_interval < kBlockAdvised) {
    diagnostics.warning(
        "W063", value.place,
        fmt::format("block_interval {}: each block is a transaction of its own", shown),
        "50ms and up; the default is 200ms");
  }
}

}  // namespace

FilesInput readFilesInput(const Node& map, std::string_view stream, Diagnostics& diagnostics) {
  FilesInput input;
  ValueReader reader(diagnostics);
  readKeys(
      map, fmt::format("files of stream '{}'", stream), kFilesKeys, diagnostics,
      [&](const KeyRow& row, const NodeEntry& entry) {
        const Node& value = entry.value;
        std::size_t choice = 0;
        if (row.name == "dir") reader.read(value, "dir", input.dir);
        if (row.name == "value") reader.read(value, "value", input.value);
        if (row.name == "poll" && reader.read(value, "poll", input.poll) && input.poll < kPollMin)
          outOfRange(value, "poll " + formatDuration(input.poll), "allowed: 10ms and up",
                     diagnostics);
        if (row.name == "line_bytes_max" &&
            reader.read(value, "line_bytes_max", input.line_bytes_max) &&
            (input.line_bytes_max.count == 0 || input.line_bytes_max.count > kLineBytesMax))
          outOfRange(value, "line_bytes_max " + formatBytes(input.line_bytes_max),
                     "allowed: 1B to 900KB", diagnostics);
        if (row.name == "missing" && reader.readChoice(value, "missing", kMissing, choice))
          input.skip_missing = choice == 1;
      });
  return input;
}

SocketInput readSocketInput(const Node& map, std::string_view stream, Diagnostics& diagnostics) {
  SocketInput input;
  ValueReader reader(diagnostics);
  readKeys(map, fmt::format("socket of stream '{}'", stream), kSocketKeys, diagnostics,
           [&](const KeyRow& row, const NodeEntry& entry) {
             const Node& value = entry.value;
             std::size_t choice = 0;
             if (row.name == "host") reader.read(value, "host", input.host);
             if (row.name == "port") readPort(value, input, reader);
             if (row.name == "value") reader.read(value, "value", input.value);
             if (row.name == "block_interval") readBlockInterval(value, input, reader);
             if (row.name != "safety" || !reader.readChoice(value, "safety", kSafety, choice))
               return;
             input.ignore = choice == 1;
             if (!input.ignore) return;
             diagnostics.warning(
                 "W062", value.place,
                 fmt::format("safety: ignore: a crash loses what stream '{}' has received and not "
                             "processed, and a restart what came meanwhile",
                             stream),
                 "remove the line: log is the default");
           });
  return input;
}

std::span<const KeyRow> filesInputKeys() { return kFilesKeys; }
std::span<const KeyRow> socketInputKeys() { return kSocketKeys; }

}  // namespace lockstep::config
