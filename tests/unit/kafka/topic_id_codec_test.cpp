// Metadata requests and answers in Kafka's wire format, for topic ids.
#include "connectors/kafka/topic_id_codec.hpp"

#include <array>

#include "tests/support/catch.hpp"

using namespace lockstep::kafka;
using namespace std::string_literals;

namespace {

/// One broker, two topics of which the second does not exist.
std::string answer() {
  return "\0\0\0\1\0"s                        // correlation, no tags
         "\0\0\0\0"s                          // throttle time
         "\2\0\0\0\7\5host\0\0\x23\x84\0\0"s  // one broker without a rack
         "\0\0\0\0\7"s                        // no cluster id, controller
         "\3"s                                // two topics
         "\0\0\4one\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\0"s
         "\2\0\0\0\0\0\0\0\0\0\7\0\0\0\1\2\0\0\0\7\2\0\0\0\7\1\0"s  // its partition
         "\0\0\0\0\0"s                                              // operations, no tags
         "\0\3\4two\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0"s
         "\0\0\0\0\0"s;  // operations, no tags
}

}  // namespace

TEST_CASE("topic ids are read as Kafka prints them", "[unit][kafka][topic_id_codec]") {
  const auto ids = decodeTopicIdAnswer(answer());
  REQUIRE(ids.has_value());
  CHECK(*ids == TopicIds{{"one", "AQIDBAUGBwgJCgsMDQ4PEA"}});
}

TEST_CASE("an answer that is cut short anywhere gives nothing", "[unit][kafka][topic_id_codec]") {
  const auto whole = answer();
  constexpr std::size_t kTail = 5;  // what follows the topics is not looked at
  for (std::size_t size = 0; size < whole.size() - kTail; ++size) {
    CAPTURE(size);
    CHECK_FALSE(decodeTopicIdAnswer(std::string_view(whole).substr(0, size)).has_value());
  }
}

TEST_CASE("lengths beyond the answer are refused", "[unit][kafka][topic_id_codec]") {
  CHECK_FALSE(decodeTopicIdAnswer("\0\0\0\1\0\0\0\0\0\xff\xff\xff\xff\x7f"s).has_value());
  CHECK_FALSE(decodeTopicIdAnswer(std::string(64, '\xff')).has_value());
}

TEST_CASE("a request names its topics", "[unit][kafka][topic_id_codec]") {
  const std::array topics{"one"s};
  const auto request = encodeTopicIdRequest(topics);
  CHECK(request ==
        "\0\0\0\x25\0\3\0\x0a\0\0\0\1\xff\xff\0\2"s + std::string(16, '\0') + "\4one\0\0\0\0\0"s);
}
