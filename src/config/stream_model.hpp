#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <lockstep/base/units.hpp>

#include "src/config/operator_kind.hpp"
#include "src/config/place.hpp"

namespace lockstep::config {

/// Format of a key or value as the file names it; the values are the order of kFormatNames.
enum class DataFormat { kString, kBytes, kLong, kDouble, kJson };
/// Where to begin without a committed position.
enum class StartPosition { kEarliest, kLatest, kStop };
/// How the producers of a topic chose its partitions.
enum class Partitioner { kMurmur2 };

/// `kafka: { topics: [...], key: ..., value: ... }` of a stream.
struct KafkaInput {
  std::vector<SourceText> topics;
  std::optional<SourceText> pattern;  ///< instead of topics: a regular expression on their names
  DataFormat key = DataFormat::kString;
  DataFormat value = DataFormat::kString;
  StartPosition start = StartPosition::kEarliest;
  /// A partition counts as idle after this much batch time without records.
  std::optional<std::chrono::nanoseconds> idle_after;
  std::optional<Partitioner> partitioned;
  /// `table: { topic: ... }`: the latest value of each key, to look things up in.
  bool table = false;
};

/// What the file of a table holds.
enum class TableFormat { kCsv, kJson };

/// `table: { file: rates.csv, key: currency }`: a table that is loaded from a file.
struct FileTableInput {
  SourceText file;
  std::string path;                   ///< `file`, beside the YAML file when it is relative
  SourceText key;                     ///< the column, or field, that is looked up
  std::optional<TableFormat> format;  ///< none: as the file's name ends
};

/// What becomes of a record whose key the table does not have.
enum class MissingPolicy { kNull, kDrop, kDeadLetter };

/// `join: { stream: orders, table: customers, key: value.customer, on_missing: drop }`.
struct TableJoin {
  SourceText stream;
  SourceText table;
  std::optional<SourceText> key;  ///< an expression; none: the record's own key
  MissingPolicy on_missing = MissingPolicy::kNull;
};

/// `files: { dir: ... }` of a stream.
struct FilesInput {
  std::string dir;
  DataFormat value = DataFormat::kString;
  std::chrono::nanoseconds poll = std::chrono::milliseconds(500);
  Bytes line_bytes_max{900'000};
  bool skip_missing = false;  ///< `missing: skip`
};

/// `socket: { host: ..., port: ... }` of a stream.
struct SocketInput {
  std::string host;
  std::uint16_t port = 0;
  DataFormat value = DataFormat::kString;
  bool ignore = false;  ///< `safety: ignore`
  std::chrono::nanoseconds block_interval = std::chrono::milliseconds(200);
};

/// `from: words` or `from: [a, b]` (a union).
struct FromStreams {
  std::vector<SourceText> names;
};

/// A reduction that runs natively, written as its bare name.
enum class NamedReduction { kSum, kCount, kMin, kMax, kLast };

/// One option of a step, checked against the operator table. `value.text` is an expression, a
/// choice's name, "true"/"false" or a duration, as `spec->type` says.
struct StepOption {
  const OptionSpec* spec = nullptr;
  SourceText value;
  std::optional<NamedReduction> named;  ///< spec->type == kReduction and a bare name was written
  std::uint64_t number = 0;             ///< of kCount; of kDuration: ms; of kFlag: 1 = true
  std::vector<SourceText> names;        ///< of kNames: at least one
  /// A key's state, as data in JSON.
  struct State {
    SourceText written;  ///< the key
    std::string key;
    std::string state;
    Place state_place;
  };
  std::vector<State> states;  ///< of kStates: at least one; none is null
};

/// One step of a stream: an operator with its options.
///   - map: { key: value, value: 1 }   options key and value
///   - filter: value > 3               the option that the operator table calls `scalar_option`
///   - count                           no options
struct StepConfig {
  const OperatorSpec* spec = nullptr;  ///< never null in a loaded model
  SourceText name;                     ///< the operator as written
  std::optional<SourceText> id;
  std::optional<std::uint64_t> parallelism;
  std::vector<StepOption> options;
  std::vector<SourceText> streams;  ///< of `union`, `join` and the like: the other streams

  [[nodiscard]] OperatorKind kind() const { return spec->kind; }
  /// Null when the option is not written.
  [[nodiscard]] const StepOption* find(std::string_view option) const;
  /// The option's text, or its default from the operator table; empty without either.
  [[nodiscard]] std::string_view text(std::string_view option) const;
};

/// How two streams are brought together by key.
enum class Pairing { kInner, kLeft, kRight, kFull, kCogroup };

/// `join: { left: a, right: b, type: inner }` or `cogroup: { left: a, right: b }`.
struct PairedStreams {
  SourceText left;
  SourceText right;
  Pairing pairing = Pairing::kInner;
};

struct StreamConfig {
  SourceText name;
  /// monostate only after an error
  std::variant<std::monostate, KafkaInput, FromStreams, PairedStreams, FileTableInput, TableJoin,
               FilesInput, SocketInput>
      source;
  std::vector<StepConfig> steps;
  std::optional<std::uint64_t> parallelism;

  [[nodiscard]] const KafkaInput* kafka() const { return std::get_if<KafkaInput>(&source); }
  [[nodiscard]] const FilesInput* files() const { return std::get_if<FilesInput>(&source); }
  [[nodiscard]] const SocketInput* socket() const { return std::get_if<SocketInput>(&source); }
  /// Whether its records come from outside, and not from other streams.
  [[nodiscard]] bool hasInput() const {
    return kafka() != nullptr || files() != nullptr || socket() != nullptr;
  }
  [[nodiscard]] const FromStreams* from() const { return std::get_if<FromStreams>(&source); }
  [[nodiscard]] const PairedStreams* paired() const { return std::get_if<PairedStreams>(&source); }
  [[nodiscard]] const FileTableInput* fileTable() const {
    return std::get_if<FileTableInput>(&source);
  }
  [[nodiscard]] const TableJoin* tableJoin() const { return std::get_if<TableJoin>(&source); }
  /// Of a topic or a file: something to look things up in, and no stream.
  [[nodiscard]] bool isTable() const {
    return fileTable() != nullptr || (kafka() != nullptr && kafka()->table);
  }
};

struct KafkaOutputConfig {
  /// The topic; with `topic_name` the literal prefix of those that records choose.
  SourceText topic;
  DataFormat key = DataFormat::kString;
  DataFormat value = DataFormat::kString;
  std::optional<SourceText> topic_name;                    ///< expression: what follows the prefix
  std::optional<SourceText> partition;                     ///< expression
  std::vector<std::pair<SourceText, SourceText>> headers;  ///< name, expression

  /// Whether records of this output may go to that topic.
  [[nodiscard]] bool writes(std::string_view name) const {
    if (!topic_name) return name == topic.text;
    return name.size() > topic.text.size() && name.substr(0, topic.text.size()) == topic.text;
  }
};

/// How `files` writes a record.
enum class FileFormat { kText, kJson };

struct FilesOutputConfig {
  SourceText dir;
  std::optional<SourceText> name;  ///< default: the stream's
  std::optional<SourceText> suffix;
  FileFormat format = FileFormat::kText;

  /// DIR/NAME of the files of `stream`.
  [[nodiscard]] std::string prefix(const std::string& stream) const {
    return dir.text + "/" + (name ? name->text : stream);
  }
};

struct PrintOutputConfig {
  std::uint64_t limit = 10;  ///< records per batch
};

/// One entry of `outputs`.
struct OutputConfig {
  Place place;
  SourceText from;
  std::variant<std::monostate, KafkaOutputConfig, PrintOutputConfig, FilesOutputConfig> target;

  [[nodiscard]] const KafkaOutputConfig* kafka() const {
    return std::get_if<KafkaOutputConfig>(&target);
  }
  [[nodiscard]] const FilesOutputConfig* files() const {
    return std::get_if<FilesOutputConfig>(&target);
  }
  [[nodiscard]] const PrintOutputConfig* print() const {
    return std::get_if<PrintOutputConfig>(&target);
  }
};

}  // namespace lockstep::config
