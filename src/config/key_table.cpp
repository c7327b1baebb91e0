#include "src/config/key_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "src/config/suggest.hpp"

namespace lockstep::config {

void readKeys(const Node& map, std::string_view where, std::span<const KeyRow> rows,
              Diagnostics& diagnostics,
              const std::function<void(const KeyRow&, const NodeEntry&)>& read,
              std::span<const std::string_view> later) {
  std::vector<std::string_view> names;
  for (const KeyRow& row : rows) names.push_back(row.name);
  if (!map.isMap()) {
    diagnostics.error("E008", map.place,
                      fmt::format("{} needs a map; found {}", where, map.kindName()),
                      fmt::format("its keys: {}", listed(names)));
    return;
  }
  for (const NodeEntry& entry : map.entries) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const KeyRow& r) { return r.name == entry.key.text; });
    if (row != rows.end()) {
      read(*row, entry);
    } else if (std::find(later.begin(), later.end(), entry.key.text) != later.end()) {
      diagnostics.error("E013", entry.key.place,
                        fmt::format("{}: '{}' is not in this version", where, entry.key.text),
                        fmt::format("known here: {}", listed(names)));
    } else {
      auto help = didYouMean(entry.key.text, names);
      if (help.empty()) help = fmt::format("known here: {}", listed(names));
      diagnostics.error("E010", entry.key.place,
                        fmt::format("{}: unknown key '{}'", where, entry.key.text),
                        std::move(help));
    }
  }
  for (const KeyRow& row : rows) {
    if (!row.required || map.find(row.name) != nullptr) continue;
    diagnostics.error("E009", map.place, fmt::format("{} needs '{}'", where, row.name),
                      fmt::format("{}: {}", row.name, row.text));
  }
}

}  // namespace lockstep::config
