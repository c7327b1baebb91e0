// Windows whose slide holds many batches: what a pane keeps is folded now and then, which shows in
// the size of the state and nowhere else.
#include <lockstep/dstream/group_by_key_and_window.hpp>
#include <lockstep/dstream/reduce_by_key_and_window.hpp>
#include <lockstep/dstream/reduce_by_window.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/window_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::sec;
using test::WindowRunner;

namespace {

std::int64_t addUp(std::int64_t a, std::int64_t b) { return a + b; }
std::int64_t takeOff(std::int64_t a, std::int64_t b) { return a - b; }
const WindowOptions kOwnId{.id = "w"};
const WindowOptions kForgetEmpty{.id = "w", .drop_empty = true};

/// Of the keys and values of the panes' elements.
std::size_t paneBytes(WindowRunner& run) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : run.state->contents("w"))
    if (key.front() == 2) bytes += value.size();
  return bytes;
}

/// Every key once.
void putAll(WindowRunner& run, int keys, std::int64_t value) {
  for (int i = 0; i < keys; ++i) run.put("key-" + std::to_string(100 + i), value);
}

constexpr int kKeys = 20;
constexpr std::size_t kElementBytes = 4 + 7 + 4 + 8;

}  // namespace

TEST_CASE("a pane of many batches holds some times its keys, not one element per batch and key",
          "[unit][dstream][pane_fold]") {
  const bool inverse = GENERATE(false, true);
  WindowRunner run;
  const auto pairs = run.pairs();
  run.show(inverse ? pairs.reduceByKeyAndWindow(addUp, takeOff, sec(200), sec(100), kForgetEmpty)
                   : pairs.reduceByKeyAndWindow(addUp, sec(200), sec(100), kOwnId));
  run.prepare();
  Lines expected;
  for (int i = 0; i < kKeys; ++i) expected.push_back("(key-" + std::to_string(100 + i) + ",5050)");
  std::size_t most = 0;
  for (int second = 1; second < 100; ++second) {
    putAll(run, kKeys, second);
    CHECK(run.batchAt(second).empty());
    most = std::max(most, paneBytes(run));
  }
  CHECK(most <= 5 * kKeys * kElementBytes);  // 4 times and what the last batch adds
  putAll(run, kKeys, 100);
  CHECK(run.sortedAt(100) == expected);
  CHECK(run.sortedAt(200) == expected);  // still in the window
  CHECK(run.sortedAt(300).empty());
  CHECK(run.state->contents("w").empty());  // and every element was counted that left
}

TEST_CASE("keys that come once per pane are left in peace, and stay in their order",
          "[unit][dstream][pane_fold]") {
  WindowRunner run;
  run.show(run.pairs().reduceByKeyAndWindow(addUp, sec(20), sec(20), kOwnId));
  run.prepare(1);
  Lines expected, lines;
  for (int second = 1; second <= 20; ++second) {
    const std::string key = "z" + std::to_string(40 - second);
    run.put(key, second).put("again", 1);
    expected.push_back("(" + key + "," + std::to_string(second) + ")");
    lines = run.batchAt(second);
  }
  expected.insert(expected.begin() + 1, "(again,20)");
  CHECK(lines == expected);
}

TEST_CASE("a batch in which a pane is folded can be taken back and run again",
          "[unit][dstream][pane_fold]") {
  const bool inverse = GENERATE(false, true);
  WindowRunner run;
  const auto pairs = run.pairs();
  run.show(inverse ? pairs.reduceByKeyAndWindow(addUp, takeOff, sec(30), sec(30), kForgetEmpty)
                   : pairs.reduceByKeyAndWindow(addUp, sec(30), sec(30), kOwnId));
  run.prepare();
  bool folded = false;
  for (int second = 1; second < 30; ++second) {
    putAll(run, kKeys, 1);
    const auto before = run.state->contents("w");
    const auto bytes = paneBytes(run);
    const auto plan = run.planAt(second);
    run.run(plan);
    const auto after = run.state->contents("w");
    folded = folded || paneBytes(run) < bytes;
    Job::rollback(plan.id, run.services);
    CHECK(run.state->contents("w") == before);
    run.batchOf(plan);
    CHECK(run.state->contents("w") == after);
  }
  CHECK(folded);
  CHECK(run.batchAt(30).size() == kKeys);
}

TEST_CASE("a pane that cannot be folded stays, and its boundary says what is wrong",
          "[unit][dstream][pane_fold]") {
  WindowRunner run;
  run.deadLetters();
  const auto bounded = [](std::int64_t a, std::int64_t b) {
    if (a + b > 10) throw std::runtime_error("too large");
    return a + b;
  };
  run.show(run.pairs().reduceByKeyAndWindow(bounded, sec(20), sec(20), kOwnId));
  run.prepare();
  for (int second = 1; second < 20; ++second) {
    run.put("a", 1);
    CHECK(run.batchAt(second).empty());
    CHECK(run.records("dlq").empty());
  }
  CHECK(run.batchAt(20) == Lines{"(a,10)"});
  CHECK(run.records("dlq").size() == 9);
}

TEST_CASE("values that a fold would make large stay apart", "[unit][dstream][pane_fold]") {
  WindowRunner run;
  const auto texts = run.pairs().map([](const std::pair<std::string, std::int64_t>& pair) {
    return std::pair<std::string, std::string>(pair.first, std::string(10'000, 'x'));
  });
  const auto join = [](const std::string& a, const std::string& b) { return a + b; };
  run.show(texts.reduceByKeyAndWindow(join, sec(20), sec(20), kOwnId).map([](const auto& pair) {
    return std::to_string(pair.second.size());
  }));
  run.prepare();
  for (int second = 1; second < 20; ++second) {
    run.put("a", 1);
    run.batchAt(second);
    for (const auto& [key, value] : run.state->contents("w")) CHECK(value.size() <= 48 * 1024);
  }
  CHECK(run.batchAt(20) == Lines{"190000"});
}

TEST_CASE("a pane that an earlier version wrote goes on", "[unit][dstream][pane_fold]") {
  WindowRunner run;
  run.show(run.pairs().reduceByKeyAndWindow(addUp, sec(20), sec(20), kOwnId));
  run.prepare(1);
  putAll(run, kKeys, 1);
  run.batchAt(1);
  StateShard& shard = run.state->shard("w", ShardId{0});
  std::string bytes(9, '\0');
  bytes[0] = 1;
  storeBigEndian(bytes.data() + 1, std::uint64_t{20'000});
  const StateKey key{bytes, murmur2(bytes)};
  StateEntry* entry = nullptr;
  REQUIRE(shard.touch(BatchId{1}, test::at(1000), {&key, 1}, &entry).ok());
  REQUIRE(entry->present());
  shard.assign(*entry, std::string(entry->value().substr(0, 4)));
  run.state->confirm(BatchId{1}, "w", ShardId{0});
  for (int second = 2; second < 20; ++second) {
    putAll(run, kKeys, 1);
    run.batchAt(second);
    CHECK(paneBytes(run) <= 5 * kKeys * kElementBytes);
  }
  const Lines lines = run.batchAt(20);
  CHECK(lines.size() == kKeys);
  CHECK(lines.front() == "(key-100,19)");
}

TEST_CASE("values by key are kept one by one, in their order", "[unit][dstream][pane_fold]") {
  WindowRunner run;
  run.show(run.pairs()
               .groupByKeyAndWindow(sec(20), sec(20), kOwnId)
               .map([](const std::pair<std::string, std::vector<std::int64_t>>& group) {
                 std::string text;
                 for (const auto value : group.second) text += std::to_string(value) + " ";
                 return text;
               }));
  run.prepare();
  std::string expected;
  Lines lines;
  for (int second = 1; second <= 20; ++second) {
    run.put("a", second);
    expected += std::to_string(second) + " ";
    lines = run.batchAt(second);
  }
  CHECK(lines == Lines{expected});
}
