// Which batches a read_committed reader sees: one answer after the other, as Kafka's own consumer
// decides it.
#include "connectors/fetch/aborted_filter.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/fetch/batch_builder.hpp"

using namespace lockstep::fetch;
using namespace lockstep::fetch::test;

namespace {

MadeBatch data(std::int64_t offset, std::int64_t producer, bool transactional = true) {
  auto batch = batchOf(offset, {"x"});
  batch.producer = producer;
  batch.attributes = transactional ? kTransactional : std::int16_t{0};
  return batch;
}

/// The base offsets of the batches that are not skipped.
std::vector<std::int64_t> seen(std::vector<AbortedTransaction> aborted,
                               const std::vector<MadeBatch>& batches) {
  AbortedFilter filter(std::move(aborted));
  std::vector<std::int64_t> offsets;
  for (const auto& batch : batches) {
    const auto bytes = encode(batch);
    BatchHeader header;
    REQUIRE(readBatchHeader(bytes, header) == BatchRead::kBatch);
    if (!filter.skips(header, bytes)) offsets.push_back(header.base_offset);
  }
  return offsets;
}

using Offsets = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("control batches are never seen", "[unit][fetch][aborted_filter]") {
  CHECK(seen({}, {data(0, 1), marker(1, 1, true), data(2, 1), marker(3, 1, false)}) ==
        Offsets{0, 2});
}

TEST_CASE("a producer's batches are void from the first offset to its abort marker",
          "[unit][fetch][aborted_filter]") {
  CHECK(seen({{1, 2}}, {data(0, 1), marker(1, 1, true), data(2, 1), data(3, 1), marker(4, 1, false),
                        data(5, 1)}) == Offsets{0, 5});
}

TEST_CASE("what others write meanwhile is seen", "[unit][fetch][aborted_filter]") {
  CHECK(seen({{1, 0}}, {data(0, 1), data(1, 2), data(2, -1, false), data(3, 1, false),
                        marker(4, 2, true), data(5, 1), marker(6, 1, false)}) == Offsets{1, 2, 3});
}

TEST_CASE("a commit marker of another transaction ends nothing", "[unit][fetch][aborted_filter]") {
  CHECK(seen({{1, 0}}, {data(0, 1), marker(1, 2, false), data(2, 1), marker(3, 1, false)}) ==
        Offsets{});
}

TEST_CASE("several aborted transactions of one producer begin and end one by one",
          "[unit][fetch][aborted_filter]") {
  CHECK(seen({{1, 4}, {1, 0}}, {data(0, 1), marker(1, 1, false), data(2, 1), marker(3, 1, true),
                                data(4, 1), marker(5, 1, false), data(6, 1)}) == Offsets{2, 6});
}

TEST_CASE("a transaction that began before the answer is void from its first batch on",
          "[unit][fetch][aborted_filter]") {
  CHECK(seen({{1, 3}}, {data(10, 1), marker(11, 1, false), data(12, 1)}) == Offsets{12});
}
