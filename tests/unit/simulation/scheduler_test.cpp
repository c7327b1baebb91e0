// Fibers in virtual time.
#include "src/simulation/scheduler.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::sim;
using std::chrono::milliseconds;

TEST_CASE("fibers take turns in the order of their times", "[unit][simulation][scheduler]") {
  Scheduler scheduler;
  Process process{"p", {}};
  std::string seen;
  const auto start = scheduler.now();
  const auto waits = [&](char name, milliseconds pause) {
    scheduler.spawn(process, [&, name, pause] {
      for (int i = 0; i < 2; ++i) {
        seen += name;
        scheduler.sleepUntil(scheduler.now() + pause);
      }
    });
  };
  waits('a', milliseconds(10));
  waits('b', milliseconds(3));
  scheduler.at(start + milliseconds(30), [] {});
  scheduler.run([&] { return scheduler.now() < start + milliseconds(30); });
  CHECK(seen == "abba");
  CHECK_FALSE(scheduler.failure());
}

TEST_CASE("a killed process is unwound where it waits", "[unit][simulation][scheduler]") {
  struct Noted {
    explicit Noted(bool& gone) : gone_(gone) {}
    ~Noted() { gone_ = true; }
    bool& gone_;
  };
  Scheduler scheduler;
  Process process{"p", {}};
  bool gone = false;
  scheduler.spawn(process, [&] {
    const Noted noted(gone);
    scheduler.waitFor([] { return false; }, Instant::max());
  });
  bool killed = false;
  scheduler.at(scheduler.now() + milliseconds(5), [&] {
    CHECK_FALSE(gone);
    scheduler.kill(process);
    killed = true;
  });
  scheduler.run([&] { return !killed; });
  CHECK(gone);
}
