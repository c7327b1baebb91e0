#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include <lockstep/formats/big_endian.hpp>
#include <lockstep/model/record_error.hpp>

namespace lockstep {

/// A value and its canonical bytes: what a shuffle sends, a state keeps and Kafka stores. Equal
/// values have equal bytes. Text and numbers are written as Kafka's own serializers do, so that a
/// key's hash chooses the partition that a Java producer would choose.
///
/// Specialise it for your own types, or pass an object with the same members to the operator that
/// needs it (that is how a format chosen at run time works):
///   static constexpr std::string_view kTypeName   names the type in the state's signature
///   void append(std::string& out, const T&) const appends the bytes
///   T read(std::string_view bytes) const          throws RecordError(kDecode) when they do not
///   fit;
///                                                 may keep views into `bytes`
///   std::string_view view(const T&) const         optional: the bytes, where T holds them already
/// Thread: any; const and without state that a call changes.
template <class T>
struct Serde;

namespace detail {

[[noreturn]] void throwWrongSize(std::string_view type, std::size_t expected, std::size_t found);

}  // namespace detail

template <>
struct Serde<std::string_view> {
  static constexpr std::string_view kTypeName = "string";
  void append(std::string& out, std::string_view value) const { out.append(value); }
  [[nodiscard]] std::string_view read(std::string_view bytes) const { return bytes; }
  [[nodiscard]] std::string_view view(std::string_view value) const { return value; }
};

template <>
struct Serde<std::string> {
  static constexpr std::string_view kTypeName = "string";
  void append(std::string& out, const std::string& value) const { out.append(value); }
  [[nodiscard]] std::string read(std::string_view bytes) const { return std::string(bytes); }
  [[nodiscard]] std::string_view view(const std::string& value) const { return value; }
};

template <>
struct Serde<std::int64_t> {
  static constexpr std::string_view kTypeName = "long";
  static constexpr std::size_t kSize = 8;
  void append(std::string& out, std::int64_t value) const {
    char bytes[kSize];
    storeBigEndian(bytes, static_cast<std::uint64_t>(value));
    out.append(bytes, kSize);
  }
  [[nodiscard]] std::int64_t read(std::string_view bytes) const {
    if (bytes.size() != kSize) [[unlikely]]
      detail::throwWrongSize(kTypeName, kSize, bytes.size());
    return static_cast<std::int64_t>(loadBigEndian64(bytes.data()));
  }
};

template <>
struct Serde<std::int32_t> {
  static constexpr std::string_view kTypeName = "int";
  static constexpr std::size_t kSize = 4;
  void append(std::string& out, std::int32_t value) const {
    char bytes[kSize];
    storeBigEndian(bytes, static_cast<std::uint32_t>(value));
    out.append(bytes, kSize);
  }
  [[nodiscard]] std::int32_t read(std::string_view bytes) const {
    if (bytes.size() != kSize) [[unlikely]]
      detail::throwWrongSize(kTypeName, kSize, bytes.size());
    return static_cast<std::int32_t>(loadBigEndian32(bytes.data()));
  }
};

template <>
struct Serde<double> {
  static constexpr std::string_view kTypeName = "double";
  static constexpr std::size_t kSize = 8;
  void append(std::string& out, double value) const {
    char bytes[kSize];
    storeBigEndian(bytes, std::bit_cast<std::uint64_t>(value));
    out.append(bytes, kSize);
  }
  [[nodiscard]] double read(std::string_view bytes) const {
    if (bytes.size() != kSize) [[unlikely]]
      detail::throwWrongSize(kTypeName, kSize, bytes.size());
    return std::bit_cast<double>(loadBigEndian64(bytes.data()));
  }
};

template <>
struct Serde<bool> {
  static constexpr std::string_view kTypeName = "boolean";
  void append(std::string& out, bool value) const { out.push_back(value ? 1 : 0); }
  [[nodiscard]] bool read(std::string_view bytes) const {
    if (bytes.size() != 1) [[unlikely]]
      detail::throwWrongSize(kTypeName, 1, bytes.size());
    return bytes[0] != 0;
  }
};

/// The bytes of `value`: its own where it has them, else written into `scratch`. Valid until the
/// next use of `scratch`, and while `value` lives.
template <class S, class T>
[[nodiscard]] std::string_view encodeInto(const S& serde, const T& value, std::string& scratch) {
  if constexpr (requires { serde.view(value); }) {
    return serde.view(value);
  } else {
    scratch.clear();
    serde.append(scratch, value);
    return scratch;
  }
}

}  // namespace lockstep
