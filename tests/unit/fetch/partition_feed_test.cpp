// The queue between fetch loop and reader: bounds, seeks, errors.
#include "connectors/fetch/partition_feed.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/fetch/batch_builder.hpp"

using namespace lockstep;
using namespace lockstep::fetch;
using namespace lockstep::fetch::test;

namespace {

constexpr PartitionFeed::Limits kLimits{100, 150};

struct Feeds {
  std::shared_ptr<FetchedBytes> all = std::make_shared<FetchedBytes>(0);
  std::shared_ptr<LoopWaker> waker = std::make_shared<LoopWaker>();
  PartitionFeed first{Offset{10}, all, waker};
  PartitionFeed second{Offset{20}, all, waker};
};

/// What waits, without waiting for more; "-" for nothing, else the bytes.
std::string taken(PartitionFeed& feed) {
  const auto slice = feed.take(Deadline{}, systemClock());
  if (!slice.ok()) return slice.status().message();
  return slice.value() ? std::string(slice.value()->records) : "-";
}

}  // namespace

TEST_CASE("slices come out in order and positions move on", "[unit][fetch][partition_feed]") {
  Feeds feeds;
  const auto asked = feeds.first.wanted(kLimits);
  REQUIRE(asked);
  CHECK(asked->next == 10);
  feeds.first.deliver(*asked, sliceOf("a"), 11);
  feeds.first.deliver(*asked, sliceOf("b"), 12);
  CHECK(feeds.first.wanted(kLimits)->next == 12);
  CHECK(taken(feeds.first) == "a");
  CHECK(taken(feeds.first) == "b");
  CHECK(taken(feeds.first) == "-");
  CHECK(*feeds.all == 0);
}

TEST_CASE("a full partition is not asked for until it is read", "[unit][fetch][partition_feed]") {
  Feeds feeds;
  const auto asked = *feeds.first.wanted(kLimits);
  feeds.first.deliver(asked, sliceOf(std::string(100, 'x')), 11);
  CHECK_FALSE(feeds.first.wanted(kLimits));
  CHECK(taken(feeds.first).size() == 100);
  CHECK(feeds.first.wanted(kLimits));
}

TEST_CASE("beyond the bound of all only partitions without anything are asked for",
          "[unit][fetch][partition_feed]") {
  Feeds feeds;
  const auto asked = *feeds.first.wanted(kLimits);
  feeds.first.deliver(asked, sliceOf(std::string(90, 'x')), 11);
  feeds.first.deliver(asked, sliceOf(std::string(90, 'x')), 12);
  CHECK(feeds.second.wanted(kLimits));
  feeds.second.deliver(*feeds.second.wanted(kLimits), sliceOf("y"), 21);
  CHECK_FALSE(feeds.second.wanted(kLimits));
}

TEST_CASE("what was asked for before a seek is dropped", "[unit][fetch][partition_feed]") {
  Feeds feeds;
  const auto asked = *feeds.first.wanted(kLimits);
  feeds.first.deliver(asked, sliceOf("old"), 11);
  feeds.first.seek(Offset{5});
  CHECK(*feeds.all == 0);
  feeds.first.deliver(asked, sliceOf("late"), 12);
  feeds.first.fail(asked, Status::retry("late"));
  CHECK(taken(feeds.first) == "-");
  CHECK(feeds.first.wanted(kLimits)->next == 5);
}

TEST_CASE("an error comes after what waits, and stays until a seek",
          "[unit][fetch][partition_feed]") {
  Feeds feeds;
  const auto asked = *feeds.first.wanted(kLimits);
  feeds.first.deliver(asked, sliceOf("a"), 11);
  feeds.first.fail(asked, Status::retry("broken"));
  CHECK_FALSE(feeds.first.wanted(kLimits));
  CHECK(taken(feeds.first) == "a");
  CHECK(taken(feeds.first) == "broken");
  CHECK(taken(feeds.first) == "broken");
  feeds.first.seek(Offset{11});
  CHECK(taken(feeds.first) == "-");
  CHECK(feeds.first.wanted(kLimits));
}
