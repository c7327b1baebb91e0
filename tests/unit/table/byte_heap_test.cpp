// ByteHeap: pieces do not overlap, and freed room is used again.
#include "state/table/byte_heap.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;

TEST_CASE("pieces of all sizes keep their bytes", "[unit][table][heap]") {
  ByteHeap heap;
  std::vector<std::pair<char*, std::string>> pieces;
  for (std::size_t size = 0; size < 200'000; size = size * 3 / 2 + 1) {
    for (const char letter : {'a', 'b'}) {
      std::string bytes(size, letter);
      pieces.emplace_back(heap.copy(bytes), bytes);
    }
  }
  for (const auto& [place, bytes] : pieces) CHECK(std::string_view(place, bytes.size()) == bytes);
}

TEST_CASE("values that come and go do not make the heap grow", "[unit][table][heap]") {
  ByteHeap heap;
  std::size_t after_first_round = 0;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::pair<char*, std::size_t>> pieces;
    for (std::size_t size = 16; size < 100'000; size += 997) {
      pieces.emplace_back(heap.allocate(size), size);
    }
    if (round == 0) after_first_round = heap.capacity();
    for (const auto& [place, size] : pieces) heap.release(place, size);
    CHECK(heap.capacity() <= after_first_round);
  }
}

TEST_CASE("a piece can be overwritten in place within its class only", "[unit][table][heap]") {
  CHECK(ByteHeap::sameClass(17, 24));
  CHECK_FALSE(ByteHeap::sameClass(24, 25));
  CHECK(ByteHeap::sameClass(33, 48));
  CHECK_FALSE(ByteHeap::sameClass(100'000, 100'001));
}
