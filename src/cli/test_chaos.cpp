#include "src/cli/test_chaos.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include <lockstep/base/check_context.hpp>

#include "src/cli/test_bench.hpp"
#include "src/cli/test_diff.hpp"
#include "src/cli/test_values.hpp"

namespace lockstep::cli {
namespace {

using config::DataFormat;

/// The test as a schedule sees it.
class TestSubject final : public sim::Subject {
 public:
  TestSubject(const TestBench& bench, const sim::Evidence& expected)
      : bench_(bench), plan_(bench.plan()), taker_(bench.taker()) {
    for (const auto& [id, state] : expected.states) states_.push_back(state.declared);
  }

  [[nodiscard]] const Plan& plan() const override { return plan_; }
  [[nodiscard]] Result<ApplicationSpec> make() override { return bench_.spec(); }
  void prepare(memory::Admin& kafka) override { bench_.createTopics(kafka); }
  void feed(memory::Admin& kafka, std::size_t step, BatchTime tick) override {
    bench_.feed(kafka, bench_.test().batches[step], tick);
  }
  void decided(memory::Admin& kafka, std::size_t /*step*/) override { taker_.decided(kafka); }
  void ended(memory::Admin& kafka) override { evidence_ = taker_.take(kafka, states_); }

  [[nodiscard]] const sim::Evidence& evidence() const { return evidence_; }

 private:
  const TestBench& bench_;
  const Plan plan_;
  sim::EvidenceTaker taker_;
  std::vector<StateDeclaration> states_;
  sim::Evidence evidence_;
};

std::string hexOf(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

/// Two runs of one test.
class EvidenceComparison {
 public:
  EvidenceComparison(const TestBench& bench, const sim::Evidence& expected,
                     const sim::Evidence& found)
      : bench_(bench), expected_(expected), found_(found) {}

  std::vector<TestFailure> compare() {
    for (const auto& [topic, batches] : expected_.topics) {
      const auto& found = found_.topics.at(topic);
      for (std::size_t i = 0; i < batches.size(); ++i) compareBatch(topic, i, batches[i], found[i]);
    }
    for (const auto& [id, state] : expected_.states) compareState(state, found_.states.at(id));
    for (auto& failure : failures_) shorten(failure.difference);
    return std::move(failures_);
  }

 private:
  void compareBatch(const std::string& topic, std::size_t entry,
                    const sim::Evidence::Batch& expected, const sim::Evidence::Batch& found) {
    if (std::equal(expected.begin(), expected.end(), found.begin(), found.end(), sim::sameRecord))
      return;
    auto lists = texts(topic, expected, found, false);
    if (equalTexts(lists)) lists = texts(topic, expected, found, true);
    lists.fits = [&](std::size_t i, std::size_t j) {
      return sim::sameRecord(expected[i], found[j]);
    };
    std::vector<DiffLine> lines;
    static_cast<void>(inOrder(lists, lines));
    const auto name = TestBench::nameOf(topic);
    failures_.push_back(
        {placeOf(name, entry), fmt::format("{}, batch {}", name, entry + 1), std::move(lines), {}});
  }

  Compared texts(const std::string& topic, const sim::Evidence::Batch& expected,
                 const sim::Evidence::Batch& found, bool whole) const {
    Compared lists;
    for (const auto& record : expected) lists.expected.push_back(lineOf(topic, record, whole));
    for (const auto& record : found) lists.found.push_back(lineOf(topic, record, whole));
    return lists;
  }

  static bool equalTexts(const Compared& lists) {
    const auto equal = [](const auto& a, const auto& b) { return a.text == b.text; };
    return std::equal(lists.expected.begin(), lists.expected.end(), lists.found.begin(),
                      lists.found.end(), equal);
  }

  /// `whole`: with what is rarely of interest.
  Compared::Line lineOf(const std::string& topic, const sim::Evidence::Record& seen,
                        bool whole) const {
    const auto* output = bench_.outputTo(topic);
    const auto key_format = output == nullptr ? DataFormat::kString : output->key;
    const auto value_format = output == nullptr ? DataFormat::kString : output->value;
    const auto key = textOf(decodeTestValue(key_format, seen.record.key));
    auto text =
        fmt::format("{}: {}", key, textOf(decodeTestValue(value_format, seen.record.value)));
    if (!whole) return {std::move(text), key};
    text += fmt::format(" (partition {}, timestamp {}", seen.partition,
                        seen.record.timestamp.time_since_epoch().count());
    for (const auto& [name, header] : seen.record.headers)
      text += fmt::format(", {}: {}", name, header ? textOf(*header) : "null");
    return {text + ")", key};
  }

  void compareState(const sim::Evidence::State& expected, const sim::Evidence::State& found) {
    if (expected.entries == found.entries) return;
    Compared lists;
    std::vector<std::pair<std::string, std::string>> left(expected.entries.begin(),
                                                          expected.entries.end());
    std::vector<std::pair<std::string, std::string>> right(found.entries.begin(),
                                                           found.entries.end());
    for (const auto& entry : left) lists.expected.push_back(lineOf(expected.declared, entry));
    for (const auto& entry : right) lists.found.push_back(lineOf(expected.declared, entry));
    lists.fits = [&](std::size_t i, std::size_t j) { return left[i] == right[j]; };
    std::vector<DiffLine> lines;
    static_cast<void>(inAnyOrder(lists, lines));
    failures_.push_back({bench_.test().name.place,
                         fmt::format("state of {}", expected.declared.id),
                         std::move(lines),
                         {}});
  }

  static Compared::Line lineOf(const StateDeclaration& state,
                               const std::pair<std::string, std::string>& entry) {
    const auto shown = [](const auto& decode, const std::string& bytes) {
      try {
        return textOf(decode());
      } catch (const std::exception&) {  // a form of its own
        return hexOf(bytes);
      }
    };
    auto key = shown([&] { return stateKey(state, entry.first); }, entry.first);
    const auto value = shown([&] { return stateValue(state, entry.second); }, entry.second);
    return {fmt::format("{}: {}", key, value), std::move(key)};
  }

  [[nodiscard]] config::Place placeOf(const std::string& name, std::size_t entry) const {
    for (const auto& stream : bench_.test().streams) {
      if (stream.name.text != name) continue;
      return entry < stream.batches.size() ? stream.batches[entry].place : stream.name.place;
    }
    return bench_.test().name.place;
  }

  const TestBench& bench_;
  const sim::Evidence& expected_;
  const sim::Evidence& found_;
  std::vector<TestFailure> failures_;
};

/// The last of what happened, and what to make of it.
std::vector<std::string> notesOf(const TestBench& bench, std::vector<std::string> story) {
  constexpr std::size_t kLinesMax = 12;
  std::vector<std::string> notes;
  if (story.size() > kLinesMax) {
    notes.push_back(fmt::format("... {} more before", story.size() - kLinesMax));
    story.erase(story.begin(), story.end() - kLinesMax);
  }
  for (auto& line : story) notes.push_back(std::move(line));
  if (bench.application().guarantee == Guarantee::kAtLeastOnce) {
    notes.emplace_back(
        "guarantee: at_least_once: after a fault a batch may be written again or later, and its "
        "changes of state with it");
    notes.emplace_back("   help: with --set guarantee=exactly_once this test has to pass");
  } else {
    notes.emplace_back(
        "what a file says depends on records and state only, so this is a bug of Lockstep: please "
        "report it, with the file");
  }
  return notes;
}

std::string countOf(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

ChaosResult testUnderFaults(const config::ApplicationConfig& application,
                            const config::TestConfig& test, const sim::Evidence& expected,
                            const ChaosOptions& options) {
  const TestBench bench(application, test);
  ChaosResult result;
  while (result.schedules < options.schedules && result.failures.empty()) {
    const auto seed = options.seed + result.schedules++;
    const CheckContext context(
        options.describe ? options.describe(seed)
                         : fmt::format("'{}' with faults, seed {}", test.name.text, seed));
    TestSubject subject(bench, expected);
    auto outcome = sim::runUnderFaults(subject, seed, options.bug);
    result.counts += outcome.counts;
    if (outcome.status.ok()) {
      result.failures = EvidenceComparison(bench, expected, subject.evidence()).compare();
    } else {
      auto what = "the application stopped: " + outcome.status.toString();
      result.failures.push_back({test.name.place, std::move(what), {}, {}});
    }
    if (result.failures.empty()) continue;
    result.failed_seed = seed;
    for (auto& failure : result.failures)
      failure.what = fmt::format("with faults, seed {}: {}", seed, failure.what);
    result.failures.back().notes = notesOf(bench, std::move(outcome.story));
  }
  return result;
}

std::string textOf(const ChaosResult& result) {
  const auto& counts = result.counts;
  return fmt::format("{}, {}, {}, {}, {}, {}: {}", countOf(result.schedules, "fault schedule"),
                     countOf(counts.kills, "kill"), countOf(counts.pauses, "pause"),
                     countOf(counts.aborted, "aborted transaction"),
                     countOf(counts.bad_requests, "bad request"),
                     countOf(counts.disk_errors, "disk error"),
                     result.failures.empty() ? "same output" : "other output");
}

std::vector<std::string> notUnderFaults(const config::ApplicationConfig& application) {
  std::vector<std::string> notes;
  for (const auto& stream : application.streams) {
    const auto* kind = stream.files() != nullptr    ? "files"
                       : stream.socket() != nullptr ? "socket"
                                                    : nullptr;
    if (kind == nullptr) continue;
    notes.push_back(
        fmt::format("stream '{}': its records come from a topic, as in every test; the reader of "
                    "'{}' itself is not under faults",
                    stream.name.text, kind));
  }
  for (const auto& output : application.outputs) {
    if (output.kafka() != nullptr) continue;
    notes.push_back(fmt::format("output '{}' of '{}' is left out, as in every test",
                                output.files() != nullptr ? "files" : "print", output.from.text));
  }
  return notes;
}

}  // namespace lockstep::cli
