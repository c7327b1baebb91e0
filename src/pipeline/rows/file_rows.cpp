#include "src/pipeline/rows/file_rows.hpp"

#include <optional>

#include <fmt/format.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/pair_value.hpp"

namespace lockstep {
namespace {

/// The text by which a value is looked up; nothing for what no file has.
std::optional<std::string> keyText(const Value& value) {
  if (value.isString()) return std::string(value.asString());
  if (value.isInteger()) return std::to_string(value.asInteger());
  return std::nullopt;
}

Status wrong(std::size_t row, const std::string& what) {
  return Status::retry(fmt::format("row {}: {}", row, what));
}

/// Adds a row of named values.
Status addRow(FileRowTable::Rows& rows, std::span<MapEntry> fields, const std::string& key) {
  const std::size_t number = rows.size() + 1;
  const Value row = makeMap(fields);
  const auto text = keyText(tableField(row, key));
  if (!text) return wrong(number, fmt::format("there is no text or whole number in '{}'", key));
  FileRow made;
  made.bytes = encodeInto(made.bytes, row);
  for (const MapEntry& field : row.asMap())
    if (field.value.isNumber() && field.key.isString())
      made.numbers.emplace(field.key.asString(), field.value.asDouble());
  if (!rows.emplace(*text, std::move(made)).second)
    return wrong(number, fmt::format("'{}' has the {} of an earlier row", *text, key));
  return {};
}

/// Takes records off a CSV text.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  struct Field {
    std::string text;
    bool quoted = false;
  };
  [[nodiscard]] bool atEnd() const { return at_ >= text_.size(); }
  Result<std::vector<Field>> next() {
    std::vector<Field> record(1);
    for (; !atEnd(); ++at_) {
      const char c = text_[at_];
      if (c == '"' && record.back().text.empty() && !record.back().quoted) {
        LOCKSTEP_TRY(readQuoted(record.back()));
      } else if (c == ',') {
        record.emplace_back();
      } else if (c == '\n') {
        ++at_;
        break;
      } else if (c != '\r') {
        record.back().text += c;
      }
    }
    return record;
  }

 private:
  /// Ends on the closing quote.
  Status readQuoted(Field& field) {
    field.quoted = true;
    for (++at_; !atEnd(); ++at_) {
      if (text_[at_] != '"') {
        field.text += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field.text += text_[++at_];
      } else {
        return {};
      }
    }
    return Status::retry("a quoted field has no end");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Value valueOf(const CsvReader::Field& field, Arena& arena) {
  if (field.quoted) return Value::string(field.text);
  if (field.text.empty()) return {};
  const char first = field.text.front();
  if (first == '-' || (first >= '0' && first <= '9')) {
    try {
      const Value number = readJson(field.text, arena);
      if (number.isNumber()) return number;
    } catch (const EvalError&) {  // a text that begins like a number
    }
  }
  return Value::string(field.text);
}

}  // namespace

Result<FileRowTable::Rows> parseCsvRows(const std::string& text, const std::string& key) {
  CsvReader reader(text);
  FileRowTable::Rows rows;
  LOCKSTEP_ASSIGN(const auto header, reader.next());
  Arena arena(16 * 1024);
  while (!reader.atEnd()) {
    arena.clear();
    LOCKSTEP_ASSIGN(const auto record, reader.next());
    if (record.size() == 1 && record[0].text.empty() && !record[0].quoted) continue;
    if (record.size() != header.size())
      return wrong(rows.size() + 1,
                   fmt::format("{} fields, where the header has {}", record.size(), header.size()));
    const auto fields = allocateArray<MapEntry>(arena, record.size());
    for (std::size_t i = 0; i < record.size(); ++i) {
      const bool is_key = header[i].text == key;
      fields[i] = {Value::string(header[i].text),
                   is_key ? Value::string(record[i].text) : valueOf(record[i], arena)};
    }
    LOCKSTEP_TRY(addRow(rows, fields, key));
  }
  return rows;
}

Result<FileRowTable::Rows> parseJsonRows(const std::string& text, const std::string& key) {
  FileRowTable::Rows rows;
  Arena arena(64 * 1024);
  try {
    const auto end = text.find_last_not_of(" \t\r\n");
    const Value list =
        readJson(std::string_view(text).substr(0, end == text.npos ? 0 : end + 1), arena);
    const Value whole = materialize(list, arena);
    if (whole.kind() != ValueKind::kList) return Status::retry("it is no list of objects");
    for (const Value& item : whole.asList()) {
      if (item.kind() != ValueKind::kMap) return wrong(rows.size() + 1, "it is no object");
      const auto fields = allocateArray<MapEntry>(arena, item.asMap().size());
      std::copy(item.asMap().begin(), item.asMap().end(), fields.begin());
      LOCKSTEP_TRY(addRow(rows, fields, key));
    }
  } catch (const EvalError& error) {
    return Status::retry(error.what());
  }
  return rows;
}

RowStream joinFile(const RowStream& rows, const std::shared_ptr<FileRowTable>& table,
                   std::optional<RowExpression> key, RowMissing on_missing,
                   const std::string& step) {
  const auto join = [key = std::move(key), on_missing, name = table->name()](
                        const Row& row, const FileRowTable::Rows& file, TaskContext& context,
                        auto& emit) {
    const auto text = keyText(key ? key->evaluate(row, context) : row.key);
    const auto found = text ? file.find(*text) : file.end();
    if (found == file.end() && on_missing == RowMissing::kDrop) return;
    if (found == file.end() && on_missing == RowMissing::kDeadLetter) detail::throwMissing(name);
    Arena& arena = context.arena;
    const Value right = found == file.end() ? Value() : decodeEncoded(found->second.bytes, arena);
    emit(Row{row.key, pairValue(row.value, right, arena), row.record, row.time});
  };
  return flatMapWithTable<Row>(rows, table, join, step, "join");
}

}  // namespace lockstep
