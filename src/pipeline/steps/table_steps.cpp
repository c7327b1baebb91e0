#include <filesystem>

#include "src/pipeline/rows/row_sql.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

static_assert(static_cast<int>(RowMissing::kDeadLetter) ==
                  static_cast<int>(config::MissingPolicy::kDeadLetter) &&
              static_cast<int>(RowMissing::kNull) ==
                  static_cast<int>(config::MissingPolicy::kNull));

std::optional<Built> lookUpTable(const config::TableJoin& join, const config::StreamConfig& stream,
                                 ExpressionCompiler& compiler, BuiltStreams& streams) {
  std::optional<RowExpression> key;
  if (join.key) {
    auto compiled = compiler.compile(*join.key, RowExpression::variables(),
                                     {stream.name.text, stream.name.text, "key"});
    if (!compiled) return std::nullopt;
    key.emplace(std::move(*compiled), compiler.evaluation());
  }
  const auto in = streams.streamNamed(join.stream.text);  // a copy: the next call may add one
  if (!in) return std::nullopt;
  const auto missing = static_cast<RowMissing>(join.on_missing);
  if (const auto file = streams.fileTableNamed(join.table.text))
    return Built{joinFile(in->rows, file, std::move(key), missing, stream.name.text), false};
  const auto& table = streams.tableNamed(join.table.text);
  if (!table) return std::nullopt;
  return Built{joinTable(in->rows, *table, std::move(key), missing, stream.name.text), false};
}

std::shared_ptr<FileRowTable> loadFileTable(const config::StreamConfig& table,
                                            config::Diagnostics& diagnostics) {
  const auto& input = *table.fileTable();
  if (input.file.empty() || input.key.empty() || !input.format) return nullptr;
  const bool csv = *input.format == config::TableFormat::kCsv;
  const auto parse = [csv, key = input.key.text](const std::string& text) {
    return csv ? parseCsvRows(text, key) : parseJsonRows(text, key);
  };
  auto loaded = FileRowTable::load(table.name.text, input.path, parse);
  if (loaded.ok()) return std::move(loaded).value();
  diagnostics.error(input.file.place, loaded.status());
  return nullptr;
}

std::optional<Built> buildModel(const std::optional<Built>& in, StepBuild& build) {
  const auto table = build.streams().fileTableNamed(build.step().find("table")->value.text);
  auto features = build.rowExpression("features");
  const auto kind = build.step().text("kind") == "kmeans"     ? ModelKind::kKMeans
                    : build.step().text("kind") == "logistic" ? ModelKind::kLogistic
                                                              : ModelKind::kLinear;
  if (!table || !features) return std::nullopt;
  const Status fits =
      table->require([kind](const FileRowTable::Rows& rows) { return checkModel(kind, rows); });
  if (!fits.ok()) {
    build.mistake("table", 0,
                  Status::fatal(ExitCode::kConfiguration, "E035",
                                "the table is no such model: " + fits.message()));
    return std::nullopt;
  }
  if (!in) return std::nullopt;
  return Built{applyModel(in->rows, table, kind, std::move(*features), build.name()), false};
}

std::optional<Built> buildSql(const std::optional<Built>& in, StepBuild& build) {
  SqlMistake mistake;
  const auto query =
      SqlQuery::prepare(sqlTableOfRows(), build.step().find("query")->value.text, &mistake);
  if (!query.ok()) {
    build.mistake("query", mistake.offset,
                  Status::fatal(ExitCode::kConfiguration, "E036", "the query: " + mistake.message,
                                mistake.help));
    return std::nullopt;
  }
  if (!in) return std::nullopt;
  return Built{queryRows(in->rows, *query, build.name()), false};
}

}  // namespace lockstep
