// Batches: overlap, decisions, rollbacks.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

EngineDriver running() { return EngineDriver(EngineDriver::options()); }

}  // namespace

TEST_CASE("batch n+1 computes while n commits and sends nothing before n is decided",
          "[unit][engine][batches]") {
  auto driver = running();
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick();
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  CHECK(driver.text().ends_with("inputs, run 1, batch 1, inputs, run 2"));
  driver.endTransaction(true, Status(), false);
  CHECK(driver.text() == "confirm 1, ends, batch 2");
}
