// WorkerPool: every job once, affinity kept, results visible after run().
#include "src/runtime/worker_pool.hpp"

#include <set>

#include "tests/support/catch.hpp"

using namespace lockstep;

TEST_CASE("every job runs once and is seen when run returns", "[unit][runtime][worker_pool]") {
  const auto workers = GENERATE(1U, 2U, 5U);
  WorkerPool pool(workers);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> ran(17, 0);
    std::vector<TaskJob> jobs;
    for (std::size_t i = 0; i < ran.size(); ++i) {
      jobs.push_back({[&ran, i](std::uint32_t) { ++ran[i]; }, std::nullopt});
      if (i % 3 == 0) jobs.back().affinity = static_cast<std::uint32_t>(i);
    }
    pool.run(jobs);
    CHECK(ran == std::vector<int>(17, 1));
  }
}

TEST_CASE("jobs of one affinity share a thread, in order", "[unit][runtime][worker_pool]") {
  WorkerPool pool(3);
  std::vector<int> order;  // unguarded on purpose: one thread only, or tsan complains
  std::set<std::thread::id> threads;
  std::vector<TaskJob> jobs;
  for (int i = 0; i < 50; ++i) {
    jobs.push_back({[&, i](std::uint32_t worker) {
                      CHECK(worker == 1);
                      order.push_back(i);
                      threads.insert(std::this_thread::get_id());
                    },
                    4U});
  }
  pool.run(jobs);
  pool.run(jobs);
  CHECK(threads.size() == 1);
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 50; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a round without jobs ends", "[unit][runtime][worker_pool]") {
  WorkerPool pool(2);
  pool.run({});
  pool.run({});
}
