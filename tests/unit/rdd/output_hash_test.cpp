// The hash of a batch's outputs can be put together from pieces; record batches come from a pool.
#include <lockstep/model/output_hash.hpp>

#include <vector>

#include <lockstep/rdd/record_batch_pool.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;

TEST_CASE("pieces hash to the same as the whole, other orders do not", "[unit][rdd][output_hash]") {
  const std::vector<EncodedRecord> records{{"a", "1", {}, {}},
                                           {std::nullopt, "2", {}, {}},
                                           {"", std::nullopt, {}, {}},
                                           {"d", "", {}, {}}};
  OutputHash whole;
  whole.add(records);
  for (std::size_t cut = 0; cut <= records.size(); ++cut) {
    OutputHash head, tail;
    head.add(std::span(records).first(cut));
    tail.add(std::span(records).subspan(cut));
    head.append(tail);
    CHECK(head.value() == whole.value());
    CHECK(head.records() == 4);
  }
  OutputHash turned;
  turned.add(std::vector<EncodedRecord>(records.rbegin(), records.rend()));
  CHECK(turned.value() != whole.value());
}

TEST_CASE("null, empty and swapped parts differ", "[unit][rdd][output_hash]") {
  const auto hashOf = [](const EncodedRecord& record) {
    OutputHash hash;
    hash.add({&record, 1});
    return hash.value();
  };
  CHECK(hashOf({std::nullopt, "x", {}, {}}) != hashOf({"", "x", {}, {}}));
  CHECK(hashOf({"x", std::nullopt, {}, {}}) != hashOf({"x", "", {}, {}}));
  CHECK(hashOf({"a", "b", {}, {}}) != hashOf({"b", "a", {}, {}}));
}

TEST_CASE("a batch goes back to its pool and comes out empty", "[unit][rdd][record_batch_pool]") {
  RecordBatchPool pool;
  PooledBatch batch = pool.acquire();
  RecordBatch* const first = batch.get();
  batch->append({"k", "v", {}, {}});
  batch.reset();
  batch = pool.acquire();
  CHECK(batch.get() == first);
  CHECK(batch->empty());
}
