#include <lockstep/rdd/record_batch_pool.hpp>

#include <string>

#include "tests/support/catch.hpp"

using namespace lockstep;

TEST_CASE("a pool hands a batch out again, empty and with its memory", "[unit][rdd][pool]") {
  RecordBatchPool pool;
  const RecordBatch* first = nullptr;
  std::size_t capacity = 0;
  {
    const auto batch = pool.acquire();
    batch->append({"key", std::string(10'000, 'v'), {}, {}});
    first = batch.get();
    capacity = batch->capacity();
  }
  const auto again = pool.acquire();
  CHECK(again.get() == first);
  CHECK(again->empty());
  CHECK(again->capacity() == capacity);
}

TEST_CASE("a pool keeps batches by what they hold, not by what they carried last",
          "[unit][rdd][pool]") {
  RecordBatchPool pool(1024 * 1024);
  std::size_t held = 0;
  {
    auto wide = pool.acquire();
    while (wide->capacity() <= 1024 * 1024) wide->append({"key", "value", {}, {}});
    wide->clear();
    wide->append({"key", "value", {}, {}});
    held = wide->capacity();
  }
  REQUIRE(held > 1024 * 1024);
  CHECK(pool.acquire()->capacity() < held);
}
