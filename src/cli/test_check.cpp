#include "src/cli/test_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "src/cli/test_diff.hpp"
#include "src/cli/test_values.hpp"

namespace lockstep::cli {
namespace {

using config::DataFormat;
using config::ExpectedDeadLetter;
using config::TestRecord;
using config::TestValue;

const std::optional<std::string>* findHeader(
    const std::vector<std::pair<std::string, std::optional<std::string>>>& headers,
    std::string_view name) {
  // The last one counts: ours stand behind those that the record had.
  const auto found = std::find_if(headers.rbegin(), headers.rend(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.rend() ? nullptr : &found->second;
}

std::string headerText(const memory::OwnedRecord& record, std::string_view name) {
  const auto* header = findHeader(record.headers, name);
  return header == nullptr ? "" : header->value_or("");
}

/// A map shows `key: value`, a list the members that the expectation has: `{ key: k, value: v }`.
class RecordTexts {
 public:
  explicit RecordTexts(const config::ExpectedBatch& batch) : pairs_(!batch.ordered) {
    for (const auto& record : batch.records) {
      key_ = key_ || record.key.has_value();
      timestamp_ = timestamp_ || record.timestamp.has_value();
      partition_ = partition_ || record.partition.has_value();
      for (const auto& [name, text] : record.headers) headers_.push_back(name);
    }
  }

  [[nodiscard]] std::string of(const TestRecord& record) const {
    const auto value = record.value.value_or(nullptr);
    if (pairs_) return fmt::format("{}: {}", textOf(record.key.value_or(nullptr)), textOf(value));
    std::string text = "{";
    if (record.key) text += fmt::format(" key: {},", textOf(*record.key));
    if (record.value) text += fmt::format(" value: {},", textOf(value));
    if (record.timestamp) text += fmt::format(" timestamp: {},", *record.timestamp);
    if (record.partition) text += fmt::format(" partition: {},", *record.partition);
    for (const auto& [name, header] : record.headers)
      text += fmt::format(" header {}: {},", name, textOf(header));
    return closed(std::move(text));
  }

  [[nodiscard]] std::string of(const ShownRecord& record) const {
    if (pairs_) return fmt::format("{}: {}", textOf(record.key), textOf(record.value));
    std::string text = "{";
    if (key_ || !record.key.is_null()) text += fmt::format(" key: {},", textOf(record.key));
    text += fmt::format(" value: {},", textOf(record.value));
    if (timestamp_) text += fmt::format(" timestamp: {},", record.timestamp);
    if (partition_) text += fmt::format(" partition: {},", record.partition);
    for (const auto& name : headers_) {
      if (const auto* header = findHeader(record.headers, name))
        text += fmt::format(" header {}: {},", name, *header ? textOf(**header) : "null");
    }
    return closed(std::move(text));
  }

 private:
  static std::string closed(std::string text) {
    if (text.back() == ',') text.pop_back();
    return text + " }";
  }

  bool pairs_;
  bool key_ = false;
  bool timestamp_ = false;
  bool partition_ = false;
  std::vector<std::string> headers_;
};

bool recordFits(const ShownStream& shown, const TestRecord& expected, const ShownRecord& found) {
  if (expected.key && !fits(shown.key, *expected.key, found.key)) return false;
  const bool written = expected.text && found.value.is_string() &&
                       *expected.text == found.value.get<std::string>() &&
                       shown.value != DataFormat::kJson;  // `1.50` of a text topic
  if (expected.value && !written && !fits(shown.value, *expected.value, found.value)) return false;
  if (expected.timestamp && *expected.timestamp != found.timestamp) return false;
  if (expected.partition && *expected.partition != found.partition) return false;
  return std::all_of(expected.headers.begin(), expected.headers.end(), [&](const auto& header) {
    const auto* there = findHeader(found.headers, header.first);
    return there != nullptr && *there == header.second;
  });
}

class Checker {
 public:
  Checker(const config::ApplicationConfig& application, const config::TestConfig& test,
          const TestObservation& seen)
      : application_(application), test_(test), seen_(seen) {}

  std::vector<TestFailure> check() {
    compare();
    for (auto& failure : failures_) shorten(failure.difference);
    return std::move(failures_);
  }

 private:
  void compare() {
    if (!seen_.status.ok()) {
      auto what = "the application stopped: " + seen_.status.toString();
      failures_.push_back({test_.name.place, std::move(what), {}});
      return;
    }
    for (const auto& expected : test_.streams) checkStream(expected);
    for (const auto& expected : test_.state) checkState(expected);
    checkDeadLetters();
  }

  void checkStream(const config::ExpectedStream& expected) {
    const auto& shown = seen_.streams.at(expected.name.text);
    for (std::size_t i = 0; i < shown.batches.size(); ++i) {
      config::ExpectedBatch nothing;
      nothing.place = expected.name.place;
      const auto& batch = i < expected.batches.size() ? expected.batches[i] : nothing;
      checkBatch(shown, batch, shown.batches[i],
                 fmt::format("{}, batch {}{}", expected.name.text, i + 1,
                             &batch == &nothing ? ", of which nothing is expected" : ""));
    }
  }

  void checkBatch(const ShownStream& shown, const config::ExpectedBatch& expected,
                  const std::vector<ShownRecord>& found, std::string what) {
    const RecordTexts texts(expected);
    Compared lists;
    for (const auto& record : expected.records)
      lists.expected.push_back({texts.of(record), textOf(record.key.value_or(nullptr))});
    for (const auto& record : found) lists.found.push_back({texts.of(record), textOf(record.key)});
    lists.fits = [&](std::size_t i, std::size_t j) {
      return recordFits(shown, expected.records[i], found[j]);
    };
    std::vector<DiffLine> lines;
    const bool same = expected.ordered ? inOrder(lists, lines) : inAnyOrder(lists, lines);
    if (!same) failures_.push_back({expected.place, std::move(what), std::move(lines)});
  }

  void checkState(const config::ExpectedState& expected) {
    const auto& shown = seen_.states.at(expected.id.text);
    const auto what = fmt::format("state of {}", expected.id.text);
    if (!shown.problem.empty()) {
      failures_.push_back({expected.id.place, what + ": " + shown.problem, {}});
      return;
    }
    const auto text = [](const auto& entry) {
      auto key = textOf(entry.first);
      return Compared::Line{fmt::format("{}: {}", key, textOf(entry.second)), std::move(key)};
    };
    Compared lists;
    for (const auto& entry : expected.entries) lists.expected.push_back(text(entry));
    for (const auto& entry : shown.entries) lists.found.push_back(text(entry));
    lists.fits = [&](std::size_t i, std::size_t j) {
      return fits(DataFormat::kString, expected.entries[i].first, shown.entries[j].first) &&
             fits(DataFormat::kJson, expected.entries[i].second, shown.entries[j].second);
    };
    std::vector<DiffLine> lines;
    if (!inAnyOrder(lists, lines)) failures_.push_back({expected.id.place, what, std::move(lines)});
  }

  void checkDeadLetters() {
    static const std::vector<ExpectedDeadLetter> kNone;
    const auto& expected = test_.dead_letters ? *test_.dead_letters : kNone;
    Compared lists;
    for (const auto& letter : expected) lists.expected.push_back({textOfLetter(letter), ""});
    for (const auto& letter : seen_.dead_letters) lists.found.push_back({textOfLetter(letter), ""});
    lists.fits = [&](std::size_t i, std::size_t j) {
      return letterFits(expected[i], seen_.dead_letters[j]);
    };
    std::vector<DiffLine> lines;
    if (inAnyOrder(lists, lines)) return;
    const auto& place = test_.dead_letters ? test_.dead_letters_place : test_.name.place;
    failures_.push_back({place, "dead_letters", std::move(lines)});
  }

  static std::string textOfLetter(const ExpectedDeadLetter& letter) {
    std::string text = "{";
    if (letter.step) text += fmt::format(" step: {},", *letter.step);
    if (letter.cause) text += fmt::format(" cause: {},", *letter.cause);
    if (letter.stream) text += fmt::format(" stream: {},", letter.stream->text);
    if (letter.key) text += fmt::format(" key: {},", textOf(*letter.key));
    if (letter.value) text += fmt::format(" value: {},", textOf(*letter.value));
    if (text.back() == ',') text.pop_back();
    return text + " }";
  }

  static std::string textOfLetter(const memory::OwnedRecord& letter) {
    const auto data = [](const auto& bytes) {
      return bytes ? textOf(*bytes) : std::string("null");
    };
    return fmt::format("{{ step: {}, cause: {} ({}), key: {}, value: {} }}",
                       headerText(letter, "lockstep.step"), headerText(letter, "lockstep.kind"),
                       headerText(letter, "lockstep.cause"), data(letter.key), data(letter.value));
  }

  bool letterFits(const ExpectedDeadLetter& expected, const memory::OwnedRecord& found) const {
    if (expected.step && *expected.step != headerText(found, "lockstep.step")) return false;
    if (expected.cause && *expected.cause != headerText(found, "lockstep.kind") &&
        headerText(found, "lockstep.cause").find(*expected.cause) == std::string::npos)
      return false;
    if (expected.stream && !readBy(expected.stream->text, headerText(found, "lockstep.topic")))
      return false;
    const auto same = [](const TestValue& value, const std::optional<std::string>& bytes) {
      return bytes ? fits(DataFormat::kString, value, TestValue(*bytes)) : value.is_null();
    };
    return (!expected.key || same(*expected.key, found.key)) &&
           (!expected.value || same(*expected.value, found.value));
  }

  [[nodiscard]] bool readBy(const std::string& stream, const std::string& topic) const {
    const auto& topics = application_.stream(stream)->kafka()->topics;
    return std::any_of(topics.begin(), topics.end(),
                       [&](const auto& name) { return name.text == topic; });
  }

  const config::ApplicationConfig& application_;
  const config::TestConfig& test_;
  const TestObservation& seen_;
  std::vector<TestFailure> failures_;
};

}  // namespace

std::vector<TestFailure> check(const config::ApplicationConfig& application,
                               const config::TestConfig& test, const TestObservation& seen) {
  return Checker(application, test, seen).check();
}

}  // namespace lockstep::cli
