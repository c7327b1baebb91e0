// Every codec: what goes in comes out, at any size; damage is noticed and nothing is overrun.
#include "connectors/fetch/decompressor.hpp"

#include <random>

#include "tests/support/catch.hpp"
#include "tests/unit/fetch/codecs.hpp"

using namespace lockstep::fetch;
using namespace lockstep::fetch::test;

namespace {

std::string textOf(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(random() % 5000) + ' ';
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("what was compressed comes out, whatever its size", "[unit][fetch][decompressor]") {
  Decompressor decompressor(std::make_shared<BufferPool>(1'000'000));
  for (const auto& codec : allCodecs()) {
    for (const std::size_t size : {1U, 100U, 65'536U, 131'072U, 2'000'000U, 70'000U}) {
      INFO(codec.name << " " << size);
      const auto text = textOf(size);
      const auto unpacked = decompressor.unpack(codec.codec, codec.compress(text));
      REQUIRE(unpacked.memory);
      CHECK(unpacked.bytes == text);
    }
  }
}

TEST_CASE("bytes that shrink a thousandfold come out as well", "[unit][fetch][decompressor]") {
  Decompressor decompressor(std::make_shared<BufferPool>(1'000'000));
  const std::string zeros(5'000'000, 'z');
  for (const auto& codec : allCodecs()) {
    INFO(codec.name);
    CHECK(decompressor.unpack(codec.codec, codec.compress(zeros)).bytes == zeros);
  }
}

TEST_CASE("what is cut off does not decompress", "[unit][fetch][decompressor]") {
  Decompressor decompressor(std::make_shared<BufferPool>(1'000'000));
  for (const auto& codec : allCodecs()) {
    const auto packed = codec.compress(textOf(3'000));
    for (const auto size : {std::size_t{0}, std::size_t{5}, packed.size() / 2, packed.size() - 9}) {
      INFO(codec.name << " " << size);
      const auto cut = packed.substr(0, size);
      if (codec.compress == &javaSnappy && size < 16) continue;  // taken for a plain block
      CHECK_FALSE(decompressor.unpack(codec.codec, cut).memory);
    }
  }
}

TEST_CASE("changed bytes fail or come out changed, never overrun", "[unit][fetch][decompressor]") {
  const auto seed = 77U;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Decompressor decompressor(std::make_shared<BufferPool>(1'000'000));
  std::size_t failed = 0;
  for (const auto& codec : allCodecs()) {
    const auto sound = codec.compress(textOf(2'000));
    for (int round = 0; round < 500; ++round) {
      auto packed = sound;
      for (auto changes = 1 + random() % 3; changes > 0; --changes) {
        packed[random() % packed.size()] = static_cast<char>(random());
      }
      if (!decompressor.unpack(codec.codec, packed).memory) ++failed;
    }
  }
  CHECK(failed > 0);
}
