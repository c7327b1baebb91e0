// OwnerMarker: who won is remembered in the folder, until the application is ours again.
#include "src/runtime/owner_marker.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;

TEST_CASE("the winner's nonce is kept until it is cleared", "[unit][runtime][owner_marker]") {
  const test::TempFolder folder;
  const auto path = (folder.path() / "deep" / "state").string();  // is made
  const OwnerMarker marker(path);
  CHECK_FALSE(marker.read().has_value());
  const auto nonce = GENERATE(Nonce{1}, Nonce{0xfedc'ba98'7654'3210}, Nonce{~std::uint64_t{0}});
  marker.write(nonce);
  CHECK(OwnerMarker(path).read() == nonce);
  marker.write(Nonce{7});
  CHECK(OwnerMarker(path).read() == Nonce{7});
  marker.clear();
  marker.clear();
  CHECK_FALSE(OwnerMarker(path).read().has_value());
}

TEST_CASE("a marker that cannot be read or written does no harm", "[unit][runtime][owner_marker]") {
  const test::TempFolder folder;
  std::ofstream(folder.path() / "other-owner") << "no number\n";
  CHECK_FALSE(OwnerMarker(folder.path().string()).read().has_value());
  OwnerMarker(std::string("/proc/no/such/folder")).write(Nonce{1});
  CHECK_FALSE(OwnerMarker(std::string("/proc/no/such/folder")).read().has_value());
}

TEST_CASE("without a folder there is never a marker", "[unit][runtime][owner_marker]") {
  const OwnerMarker marker(std::nullopt);
  marker.write(Nonce{1});
  CHECK_FALSE(marker.read().has_value());
  marker.clear();
}
