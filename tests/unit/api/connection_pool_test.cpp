// ConnectionPool: what is made, lent, kept and closed.
#include <lockstep/api/connection_pool.hpp>

#include <atomic>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

namespace {

/// Counts how many there are.
struct Connection {
  explicit Connection(int& open) : open_(open) { ++open_; }
  ~Connection() { --open_; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  bool healthy = true;

 private:
  int& open_;
};

struct PoolFixture {
  using Pool = ConnectionPool<Connection>;
  explicit PoolFixture(Pool::Options options = {})
      : pool(
            [this] {
              ++made;
              return std::make_unique<Connection>(open);
            },
            std::move(options), clock) {}
  test::ManualClock clock;
  int made = 0;
  int open = 0;
  Pool pool;
};

}  // namespace

TEST_CASE("a connection is made when it is needed, and lent again",
          "[unit][api][connection_pool]") {
  PoolFixture fixture;
  CHECK(fixture.made == 0);
  { auto connection = fixture.pool.borrow(); }
  {
    auto first = fixture.pool.borrow();
    CHECK(fixture.made == 1);
    auto second = fixture.pool.borrow();
    CHECK(fixture.made == 2);
    CHECK(fixture.pool.borrowed() == 2);
  }
  CHECK(fixture.pool.idle() == 2);
  CHECK(fixture.pool.borrowed() == 0);
}

TEST_CASE("a connection that was idle for long is closed", "[unit][api][connection_pool]") {
  PoolFixture fixture({.idle_max = 60s});
  {
    auto one = fixture.pool.borrow();
    auto two = fixture.pool.borrow();
  }
  fixture.clock.advance(30s);
  { auto one = fixture.pool.borrow(); }
  fixture.clock.advance(30s);
  fixture.pool.closeIdle();
  CHECK(fixture.open == 1);
  fixture.clock.advance(30s);
  { auto fresh = fixture.pool.borrow(); }
  CHECK(fixture.made == 3);
  CHECK(fixture.open == 1);
}

TEST_CASE("a connection that is ill or discarded is not lent again",
          "[unit][api][connection_pool]") {
  PoolFixture fixture({.healthy = [](Connection& c) { return c.healthy; }});
  { fixture.pool.borrow()->healthy = false; }
  { auto other = fixture.pool.borrow(); }
  CHECK(fixture.made == 2);
  CHECK(fixture.open == 1);
  { fixture.pool.borrow().discard(); }
  CHECK(fixture.open == 0);
  CHECK(fixture.pool.borrowed() == 0);
}

TEST_CASE("there are never more connections than allowed: who wants one waits",
          "[unit][api][connection_pool]") {
  PoolFixture fixture({.connections_max = 1, .wait_max = 30s});
  std::atomic<bool> lent{false};
  std::thread other;
  {
    auto only = fixture.pool.borrow();
    other = std::thread([&] {
      auto mine = fixture.pool.borrow();
      lent = true;
    });
    CHECK_FALSE(lent);
  }
  other.join();
  CHECK(lent);
  CHECK(fixture.made == 1);
}

TEST_CASE("who waits in vain is told", "[unit][api][connection_pool]") {
  PoolFixture fixture({.connections_max = 1, .wait_max = 1ms});
  auto only = fixture.pool.borrow();
  CHECK_THROWS_WITH(fixture.pool.borrow(), Catch::Matchers::Contains("all of the pool"));
}

TEST_CASE("a connection that cannot be made leaves its place to others",
          "[unit][api][connection_pool]") {
  bool fails = true;
  ConnectionPool<int> pool(
      [&] {
        if (fails) throw std::runtime_error("refused");
        return std::make_unique<int>(1);
      },
      {.connections_max = 1, .wait_max = 1ms});
  CHECK_THROWS_WITH(pool.borrow(), "refused");
  fails = false;
  CHECK(*pool.borrow() == 1);
}
