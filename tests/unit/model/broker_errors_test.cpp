// Errors that all connectors to Kafka share.
#include <lockstep/model/broker_errors.hpp>

#include <string>

#include "tests/support/catch.hpp"

using namespace lockstep;

TEST_CASE("lost offsets come with the numbers", "[unit][model][broker_errors]") {
  const PartitionOffset wanted{{"orders", Partition{7}}, Offset{50456}};
  const auto below = offsetOutOfRange(wanted, Offset{75033}, Offset{80000});
  CHECK(below.message() ==
        "orders/7: offset 50456 is below the log start 75033; 24577 records are gone. Nothing was "
        "committed.");
  CHECK(below.info().code == "E203");
  CHECK(below.exitCode() == ExitCode::kData);
  CHECK(below.info().help.find("lockstep reset") != std::string::npos);

  const auto past = offsetOutOfRange(wanted, Offset{0}, Offset{40});
  CHECK(past.message().find("past the log's end 40") != std::string::npos);
  CHECK(past.info().code == "E204");
}
