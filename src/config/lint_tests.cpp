// What a test names has to exist, and has to be able to happen.
#include <algorithm>

#include <fmt/format.h>

#include "src/config/structure_lint.hpp"
#include "src/config/suggest.hpp"

namespace lockstep::config {
namespace {

using NameList = std::vector<std::string_view>;

bool isTopic(const ApplicationConfig& config, std::string_view name) {
  for (const OutputConfig& output : config.outputs) {
    if (output.kafka() != nullptr && output.kafka()->writes(name)) return true;
  }
  return false;
}

class TestLint {
 public:
  TestLint(const ApplicationConfig& config, Diagnostics& diagnostics)
      : config_(config), diagnostics_(diagnostics) {
    for (const StreamConfig& stream : config.streams) {
      streams_.push_back(stream.name.text);
      if (stream.hasInput()) inputs_.push_back(stream.name.text);
      for (const StepConfig& step : stream.steps) {
        if (step.id) ids_.push_back(step.id->text);
      }
    }
  }

  void lint(const TestConfig& test) {
    for (const TestBatch& batch : test.batches) lintBatch(batch);
    for (const ExpectedStream& expected : test.streams) lintStream(test, expected);
    for (const ExpectedState& expected : test.state) unknown(expected.id, "step's id", ids_);
    lintDeadLetters(test);
  }

 private:
  void unknown(const SourceText& name, std::string_view kind, const NameList& known) {
    if (std::find(known.begin(), known.end(), name.text) != known.end()) return;
    auto help = didYouMean(name.text, known);
    if (help.empty() && !known.empty()) help = fmt::format("known: {}", listed(known));
    diagnostics_.error("E022", name.place,
                       fmt::format("a test names '{}', which is no {}", name.written, kind),
                       std::move(help));
  }

  void lintBatch(const TestBatch& batch) {
    for (const auto& [stream, records] : batch.input)
      unknown(stream, "stream that reads a topic", inputs_);
    if (!batch.advance) return;
    if (!batch.input.empty()) {
      diagnostics_.error("E014", batch.place, "an entry has either records or 'advance'",
                         "make two entries of it: records take one interval, advance idle ones");
    }
    lintAdvance(batch.place, *batch.advance);
  }

  void lintAdvance(const Place& place, Duration advance) {
    const Duration interval = config_.batch.interval;
    if (interval <= Duration::zero()) return;  // reported already
    const auto intervals = advance / interval;
    if (advance > Duration::zero() && advance % interval == Duration::zero() &&
        intervals <= kIntervalsMax)
      return;
    const auto lower = std::max<std::int64_t>(intervals, 1) * interval;
    diagnostics_.error(
        "E031", place,
        fmt::format("advance {} is not a whole number of batch intervals of {}, from 1 to {}",
                    formatDuration(advance), formatDuration(interval), kIntervalsMax),
        intervals > kIntervalsMax
            ? fmt::format("at most {}", formatDuration(kIntervalsMax * interval))
            : fmt::format("nearest: {}, {}", formatDuration(lower),
                          formatDuration(lower + interval)));
  }

  void lintStream(const TestConfig& test, const ExpectedStream& expected) {
    if (!isTopic(config_, expected.name.text))
      unknown(expected.name, "stream or output topic", streams_);
    if (expected.batches.size() <= test.batches.size()) return;
    diagnostics_.error(
        "E031", expected.batches[test.batches.size()].place,
        fmt::format("'{}' is expected in {} batches, but the test has {}", expected.name.written,
                    expected.batches.size(), test.batches.size()),
        "expect one entry for each entry of 'batches'; null expects nothing");
  }

  void lintDeadLetters(const TestConfig& test) {
    if (!test.dead_letters) return;
    if (!test.dead_letters->empty() && !config_.errors.dead_letter_topic) {
      diagnostics_.error("E050", test.dead_letters_place,
                         "the test expects dead letters, and there is no topic for them",
                         "add  errors: { decode: dead_letter, eval: dead_letter, "
                         "dead_letter_topic: name }");
    }
    for (const ExpectedDeadLetter& letter : *test.dead_letters) {
      if (letter.stream) unknown(*letter.stream, "stream that reads a topic", inputs_);
    }
  }

  static constexpr std::int64_t kIntervalsMax = 1'000'000;

  const ApplicationConfig& config_;
  Diagnostics& diagnostics_;
  NameList streams_;
  NameList inputs_;
  NameList ids_;
};

}  // namespace

void lintTests(const ApplicationConfig& config, Diagnostics& diagnostics) {
  TestLint lint(config, diagnostics);
  for (const TestConfig& test : config.tests) lint.lint(test);
}

}  // namespace lockstep::config
