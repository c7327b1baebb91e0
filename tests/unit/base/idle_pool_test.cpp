// IdlePool: what is given back is cleared and used again, up to the bound.
#include <lockstep/base/idle_pool.hpp>

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

struct Letters {
  static inline int alive = 0;
  Letters() { ++alive; }
  ~Letters() { --alive; }
  Letters(const Letters&) = delete;
  Letters& operator=(const Letters&) = delete;
  void clear() { text.clear(); }
  std::string text;
};

}  // namespace

TEST_CASE("what was given back comes again, cleared, the last one first",
          "[unit][base][idle_pool]") {
  IdlePool<Letters, 2> pool;
  auto first = pool.take();
  auto second = pool.take();
  const auto* expected = second.get();
  second->text = "left over";
  pool.giveBack(std::move(first));
  pool.giveBack(std::move(second));
  const auto again = pool.take();
  CHECK(again.get() == expected);
  CHECK(again->text.empty());
}

TEST_CASE("no more stay idle than the bound allows", "[unit][base][idle_pool]") {
  {
    IdlePool<Letters, 2> pool;
    std::vector<std::unique_ptr<Letters>> taken;
    for (int i = 0; i < 3; ++i) taken.push_back(pool.take());
    CHECK(Letters::alive == 3);
    for (auto& one : taken) pool.giveBack(std::move(one));
    CHECK(Letters::alive == 2);
  }
  CHECK(Letters::alive == 0);
}
