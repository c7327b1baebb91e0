// The text beside every committed offset.
#include <lockstep/model/commit_metadata.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;

TEST_CASE("commit metadata has a fixed spelling", "[unit][model][commit_metadata]") {
  CHECK(format({BatchId{12}, Incarnation{3}, Nonce{0xab34cd12ef5678}, 0}) ==
        "v1;batch=12;inc=3;own=00ab34cd12ef5678");
  CHECK(format({BatchId{12}, Incarnation{3}, Nonce{1}, 7}) ==
        "v1;batch=12;inc=3;own=0000000000000001;beat=7");
}

TEST_CASE("commit metadata survives the round trip", "[unit][model][commit_metadata]") {
  const CommitMetadata metadata{BatchId{~0ULL}, Incarnation{9}, Nonce{~0ULL}, GENERATE(0U, 1U)};
  CHECK(parseCommitMetadata(format(metadata)) == metadata);
}

TEST_CASE("text of others is refused, not guessed", "[unit][model][commit_metadata]") {
  for (const auto* text :
       {"", "v2;batch=1;inc=1;own=1", "v1;batch=1;inc=1", "v1;batch=;inc=1;own=1",
        "v1;batch=1;inc=1;own=1;x=2", "v1;batch=1;inc=1;own=1;beat=2;", "v1;inc=1;batch=1;own=1"}) {
    INFO(text);
    CHECK_FALSE(parseCommitMetadata(text).has_value());
  }
}
