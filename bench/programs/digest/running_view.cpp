// Views of outputs with a record for each record of the input. All agree with `keys` of the input.
#include "bench/programs/digest/view_parts.hpp"

namespace bench {
namespace {

/// mapWithState's running count: a key's values have to be 1, 2, 3 and so on, without a gap.
template <bool kBigEndian>
class Running final : public PerKey {
 public:
  void add(const rd_kafka_message_t& record) override {
    double& last = at(keyOf(record));
    const auto number = numberOf<std::int64_t>(record, kBigEndian);
    if (number != static_cast<std::int64_t>(last) + 1)
      die("key " + std::string(keyOf(record)) + ": " + std::to_string(number) + " after " +
          std::to_string(static_cast<std::int64_t>(last)));
    last += 1;
  }
};

/// A join of each record with how often its key came in the same batch: n has to stand n times, one
/// behind the other. What finds no partner is missing in the number of a key's records.
template <bool kBigEndian>
class Joined final : public PerKey {
 public:
  void add(const rd_kafka_message_t& record) override {
    const std::string key(keyOf(record));
    const auto number = numberOf<std::int64_t>(record, kBigEndian);
    Run& run = runs_[key];
    if (run.left == 0) run = {number, number};
    if (number < 1 || number != run.number) die("key " + key + ": a run of values is broken");
    --run.left;
    at(key) += 1;
  }
  [[nodiscard]] std::uint64_t checksum() const override {
    for (const auto& [key, run] : runs_)
      if (run.left != 0) die("key " + key + ": its last run of values is cut off");
    return PerKey::checksum();
  }

 private:
  struct Run {
    std::int64_t number = 0;
    std::int64_t left = 0;
  };
  std::unordered_map<std::string, Run> runs_;
};

}  // namespace

std::unique_ptr<View> makeRunningView(const std::string& name) {
  if (name == "running-big") return std::make_unique<Running<true>>();
  if (name == "running-little") return std::make_unique<Running<false>>();
  if (name == "joined-big") return std::make_unique<Joined<true>>();
  if (name == "joined-little") return std::make_unique<Joined<false>>();
  return nullptr;
}

}  // namespace bench
