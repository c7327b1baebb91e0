#include "tests/random/judge.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "src/simulation/scheduler.hpp"
#include "src/simulation/undisturbed_run.hpp"

namespace lockstep::random_graphs {
namespace {

using sim::Evidence;
using Difference = std::optional<std::string>;

std::string textOf(const std::optional<std::string>& bytes) {
  if (!bytes) return "null";
  std::string text;
  for (const char c : *bytes)
    text += c >= ' ' && c <= '~' ? std::string(1, c)
                                 : fmt::format("\\{:02x}", static_cast<unsigned char>(c));
  return text;
}
std::string textOf(const Evidence::Record& seen) {
  auto text = fmt::format("{}: {} (partition {}, time {}", textOf(seen.record.key),
                          textOf(seen.record.value), seen.partition,
                          seen.record.timestamp.time_since_epoch().count() % 1'000'000);
  for (const auto& [name, value] : seen.record.headers)
    text += fmt::format(", {}: {}", name, textOf(value));
  return text + ")";
}
std::string textOf(const Item& item) { return fmt::format("{}: {}", item.first, item.second); }

std::string textOf(const std::pair<const std::string, std::string>& entry) {
  return textOf(entry.first) + ": " + textOf(entry.second);
}

template <class Elements>
std::string listOf(const Elements& elements) {
  std::string text;
  for (const auto& element : elements) text += "\n    " + textOf(element);
  return text.empty() ? " nothing" : text;
}
template <class Elements>
std::string differ(const std::string& where, const Elements& expected, const Elements& found) {
  return fmt::format("{}\n  expected:{}\n  came:{}", where, listOf(expected), listOf(found));
}

Difference sameBytes(const RandomSubject& expected, const RandomSubject& found) {
  for (const auto& [topic, batches] : expected.evidence().topics) {
    const auto& others = found.evidence().topics.at(topic);
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const auto& batch = batches[i];
      if (!std::equal(batch.begin(), batch.end(), others[i].begin(), others[i].end(),
                      sim::sameRecord))
        return differ(fmt::format("{}, batch {}", topic, i + 1), batch, others[i]);
    }
  }
  for (const auto& [id, state] : expected.evidence().states) {
    const auto& other = found.evidence().states.at(id);
    if (state.entries != other.entries)
      return differ(fmt::format("state of {}", id), state.entries, other.entries);
  }
  for (const auto& [call, items] : expected.effects().seen) {
    const auto other = found.effects().seen.find(call);
    const auto where = fmt::format("output {} at {}", call.first,
                                   call.second.time_since_epoch().count() % 1'000'000);
    if (other == found.effects().seen.end()) return where + " was not called";
    if (items != other->second) return differ(where, items, other->second);
  }
  if (expected.effects().seen.size() != found.effects().seen.size())
    return "effects of times that had none";
  return std::nullopt;
}

/// The elements by key, each key's in order, or, where there is none, sorted.
template <class Elements, class KeyOf>
auto groupedBy(const Elements& elements, const KeyOf& key_of, bool ordered) {
  using Element = typename Elements::value_type;
  std::map<std::decay_t<decltype(key_of(elements.front()))>, std::vector<Element>> keys;
  for (const auto& element : elements) keys[key_of(element)].push_back(element);
  for (auto& [key, values] : keys)
    if (!ordered) std::sort(values.begin(), values.end());
  return keys;
}

using Shown = std::tuple<std::optional<std::string>, std::string>;
/// Without partition and offset.
std::vector<Shown> shownOf(const Evidence::Batch& batch) {
  std::vector<Shown> shown;
  for (auto seen : batch) {
    seen.partition = 0;
    shown.emplace_back(seen.record.key, textOf(seen));
  }
  return shown;
}
int outputOf(const std::string& topic) {
  return std::stoi(topic.substr(std::string("out-").size()));
}

/// At another parallelism: the same of each key. Dead letters tell of partitions: as many.
Difference sameByKey(const RandomSubject& expected, const RandomSubject& found) {
  const auto& unordered = expected.drawn().unordered;
  for (const auto& [topic, batches] : expected.evidence().topics) {
    const auto& others = found.evidence().topics.at(topic);
    const bool letters = !topic.starts_with("out-");
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const auto where = fmt::format("{}, batch {}", topic, i + 1);
      if (letters && batches[i].size() != others[i].size())
        return differ(where, batches[i], others[i]);
      if (letters) continue;
      const auto key_of = [](const Shown& shown) { return std::get<0>(shown); };
      const bool ordered = !unordered.contains(outputOf(topic));
      if (groupedBy(shownOf(batches[i]), key_of, ordered) !=
          groupedBy(shownOf(others[i]), key_of, ordered))
        return differ(where, batches[i], others[i]);
    }
  }
  const auto key_of = [](const Item& item) { return item.first; };
  for (const auto& [call, items] : expected.effects().seen) {
    const auto other = found.effects().seen.find(call);
    const auto where = fmt::format("output {} at {}", call.first,
                                   call.second.time_since_epoch().count() % 1'000'000);
    if (other == found.effects().seen.end()) return where + " was not called";
    const bool ordered = !unordered.contains(call.first);
    if (groupedBy(items, key_of, ordered) != groupedBy(other->second, key_of, ordered))
      return differ(where, items, other->second);
  }
  return std::nullopt;
}

Difference wentWrong(const Status& status, const RandomSubject& subject) {
  if (!status.ok()) return "the application stopped: " + status.toString();
  if (!subject.effects().mistakes.empty()) return subject.effects().mistakes.front();
  return std::nullopt;
}

/// All runs of one graph.
class Judge {
 public:
  Judge(std::uint64_t seed, const Trial& trial) : seed_(seed), trial_(trial) {}

  Verdict judge() {
    const RandomSubject subject(choice(0));
    text_ = subject.drawn().text;
    try {
      run();
    } catch (const sim::BrokenCheck& broken) {
      good("undisturbed", broken.text);
    }
    return std::move(verdict_);
  }

 private:
  [[nodiscard]] GraphChoice choice(std::uint32_t variant) const {
    return {seed_, variant, trial_.graph_bug};
  }
  /// False: it is decided.
  bool good(const std::string& where, const Difference& difference) {
    if (!difference) return true;
    verdict_.difference = fmt::format(
        "seed {}, {}: {}\n  graph: {}\n  to see it again: random_graphs --first {} --trace", seed_,
        where, *difference, text_, seed_);
    return false;
  }
  bool undisturbed(const std::string& where, RandomSubject& subject, std::uint32_t threads) {
    sim::UndisturbedRun run(subject, threads);
    const auto status = run.run();
    return good(where, wentWrong(status, subject));
  }

  void run() {
    RandomSubject plain(choice(0));
    RandomSubject with_workers(choice(0));
    RandomSubject variant(choice(1));
    if (!undisturbed("undisturbed", plain, 1)) return;
    if (!undisturbed("with three workers", with_workers, 3)) return;
    if (!good("with three workers", sameBytes(plain, with_workers))) return;
    if (!undisturbed("at another parallelism", variant, 2)) return;
    verdict_.compared = plain.drawn().comparable;
    if (verdict_.compared && !good("at another parallelism", sameByKey(plain, variant))) return;
    for (std::uint64_t i = 0; i < trial_.schedules; ++i)
      if (!underFaults(i, i % 2 == 0 ? plain : variant)) return;
  }

  bool underFaults(std::uint64_t schedule, const RandomSubject& expected) {
    RandomSubject subject(choice(schedule % 2), trial_.guarantee);
    auto outcome = sim::runUnderFaults(subject, seed_ * 1'000 + schedule, trial_.store_bug);
    verdict_.counts += outcome.counts;
    auto difference = wentWrong(outcome.status, subject);
    if (!difference) difference = sameBytes(expected, subject);
    if (good(fmt::format("under faults, schedule {}", schedule), difference)) return true;
    verdict_.story = std::move(outcome.story);
    return false;
  }

  const std::uint64_t seed_;
  const Trial trial_;
  std::string text_;
  Verdict verdict_;
};

}  // namespace

Verdict judge(std::uint64_t seed, const Trial& trial) { return Judge(seed, trial).judge(); }

}  // namespace lockstep::random_graphs
