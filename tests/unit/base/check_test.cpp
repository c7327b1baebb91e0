// A broken invariant: the process dies, and what it prints says what ran.
#include <lockstep/base/check.hpp>

#include <csignal>
#include <string>

#include <lockstep/base/check_context.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/dying_process.hpp"

using namespace lockstep;

TEST_CASE("a broken invariant names its place, and what runs, from the inside out",
          "[unit][base][check]") {
  const auto end = test::runUntilDeath([] {
    const CheckContext outer("the whole run");
    { const CheckContext over("what is over"); }
    const CheckContext inner("its third part");
    LOCKSTEP_CHECK(1 + 1 == 3, "sums add up");
  });
  CHECK(end.signal == SIGABRT);
  CHECK(end.printed.find("check_test.cpp:") != std::string::npos);
  CHECK(end.printed.find("broken invariant: 1 + 1 == 3: sums add up\n"
                         "  in: its third part\n"
                         "  in: the whole run\n") != std::string::npos);
  CHECK(end.printed.find("what is over") == std::string::npos);
}

TEST_CASE("a broken invariant that nothing was said about names its place only",
          "[unit][base][check]") {
  const auto end = test::runUntilDeath([] { checkFailed("a", "b", "file.cpp", 7); });
  CHECK(end.signal == SIGABRT);
  CHECK(end.printed == "file.cpp:7: broken invariant: a: b\n");
}
