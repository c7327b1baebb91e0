// Serde: canonical bytes are Kafka's for text and numbers; what does not fit is a decode error.
#include <lockstep/formats/serde_composite.hpp>

#include <limits>
#include <string>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

template <class T>
std::string bytesOf(const T& value) {
  std::string scratch;
  return std::string(encodeInto(Serde<T>{}, value, scratch));
}
template <class T>
T again(const T& value) {
  return Serde<T>{}.read(bytesOf(value));
}

}  // namespace

TEST_CASE("longs and doubles are written as Kafka's serializers write them",
          "[unit][formats][serde]") {
  CHECK(bytesOf(std::int64_t{258}) == std::string("\0\0\0\0\0\0\1\2", 8));
  CHECK(bytesOf(std::int64_t{-1}) == std::string(8, '\xff'));
  CHECK(bytesOf(1.0) == std::string("\x3f\xf0\0\0\0\0\0\0", 8));
  CHECK(again(std::numeric_limits<std::int64_t>::min()) ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(again(-0.5) == -0.5);
  CHECK(again(std::int32_t{-7}) == -7);
  CHECK(again(true));
}

TEST_CASE("text is its own bytes and is not copied", "[unit][formats][serde]") {
  const std::string_view text = "word";
  std::string scratch;
  CHECK(encodeInto(Serde<std::string_view>{}, text, scratch).data() == text.data());
  CHECK(again(std::string("with\0zero", 9)) == std::string("with\0zero", 9));
}

TEST_CASE("composites come back as they were and do not run into each other",
          "[unit][formats][serde]") {
  using Pair = std::pair<std::string, std::string>;
  CHECK(bytesOf(Pair{"ab", "c"}) != bytesOf(Pair{"a", "bc"}));
  CHECK(again(Pair{"", "x"}) == Pair{"", "x"});
  using Nested = std::pair<std::int64_t, std::vector<std::optional<std::string>>>;
  const Nested nested{5, {"a", std::nullopt, ""}};
  CHECK(again(nested) == nested);
}

TEST_CASE("bytes that do not fit are a decode error", "[unit][formats][serde]") {
  CHECK_THROWS_AS(Serde<std::int64_t>{}.read("abc"), RecordError);
  CHECK_THROWS_AS((Serde<std::pair<std::string, std::string>>{}.read("\xff\xff\xff\xff")),
                  RecordError);
  CHECK_THROWS_AS((Serde<std::optional<std::string>>{}.read("")), RecordError);
  try {
    (void)Serde<std::int64_t>{}.read("abc");
  } catch (const RecordError& error) {
    CHECK(error.kind() == RecordErrorKind::kDecode);
    CHECK(error.cause() == "long takes 8 bytes, found 3");
  }
}
