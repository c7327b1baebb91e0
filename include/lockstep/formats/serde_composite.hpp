#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <lockstep/formats/serde.hpp>

namespace lockstep {

/// Parts of a composite value are written one after another, each behind its length (4 bytes, big
/// endian): no part's bytes can run into the next.
namespace detail {

template <class T>
void appendPart(std::string& out, const T& value) {
  const std::size_t start = out.size();
  out.append(4, '\0');
  Serde<T>{}.append(out, value);
  storeBigEndian(out.data() + start, static_cast<std::uint32_t>(out.size() - start - 4));
}

/// Takes the next part off the front of `bytes`.
[[nodiscard]] std::string_view takePart(std::string_view& bytes);
[[noreturn]] void throwTrailingBytes(std::size_t count);

}  // namespace detail

template <class A, class B>
struct Serde<std::pair<A, B>> {
  static constexpr std::string_view kTypeName = "pair";
  void append(std::string& out, const std::pair<A, B>& value) const {
    detail::appendPart(out, value.first);
    detail::appendPart(out, value.second);
  }
  [[nodiscard]] std::pair<A, B> read(std::string_view bytes) const {
    const std::string_view first = detail::takePart(bytes);
    const std::string_view second = detail::takePart(bytes);
    if (!bytes.empty()) detail::throwTrailingBytes(bytes.size());
    return {Serde<A>{}.read(first), Serde<B>{}.read(second)};
  }
};

/// One byte says whether there is a value, its bytes follow.
template <class T>
struct Serde<std::optional<T>> {
  static constexpr std::string_view kTypeName = "optional";
  void append(std::string& out, const std::optional<T>& value) const {
    out.push_back(value ? 1 : 0);
    if (value) Serde<T>{}.append(out, *value);
  }
  [[nodiscard]] std::optional<T> read(std::string_view bytes) const {
    if (bytes.empty()) detail::throwWrongSize(kTypeName, 1, 0);
    if (bytes[0] == 0) return std::nullopt;
    return Serde<T>{}.read(bytes.substr(1));
  }
};

template <class T>
struct Serde<std::vector<T>> {
  static constexpr std::string_view kTypeName = "list";
  void append(std::string& out, const std::vector<T>& values) const {
    for (const auto& value : values) detail::appendPart<T>(out, value);
  }
  [[nodiscard]] std::vector<T> read(std::string_view bytes) const {
    std::vector<T> values;
    while (!bytes.empty()) values.push_back(Serde<T>{}.read(detail::takePart(bytes)));
    return values;
  }
};

}  // namespace lockstep
