#include <lockstep/api/lockstep.hpp>

#include <cstdint>
#include <cstdio>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace ls = lockstep;

int main() try {
  ls::StreamingContext context(ls::Settings::load("settings.yaml"));
  auto lines = ls::kafka::createDirectStream(context, {.topics = {"lines"}});
  auto counts =
      lines.flatMap([](const ls::RecordView& r) { return ls::split(r.value.value_or(""), ' '); })
          .map([](std::string_view word) {
            return std::pair{word, std::int64_t{1}};
          })
          .updateStateByKey(
              [](std::span<const std::int64_t> ones, std::optional<std::int64_t> old) {
                return std::optional{std::accumulate(ones.begin(), ones.end(), old.value_or(0))};
              },
              {.id = "counts", .emit = ls::Emit::kChanged});
  ls::kafka::save(counts, {.topic = "word-counts"});
  context.start();
  return context.awaitTermination();
} catch (const ls::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return error.exitCode();
}
