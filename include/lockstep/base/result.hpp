#pragma once

#include <optional>
#include <utility>

#include <lockstep/base/check.hpp>
#include <lockstep/base/status.hpp>

namespace lockstep {

/// A value, or the Status that says why there is none. (std::expected needs C++23.)
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor): `return value;`
  /// REQUIRES: !status.ok()
  Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    LOCKSTEP_CHECK(!status_.ok(), "a Result without a value needs an error");
  }

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Status& status() const { return status_; }

  /// REQUIRES: ok() for all below.
  [[nodiscard]] T& value() & { return checked(); }
  [[nodiscard]] const T& value() const& { return const_cast<Result*>(this)->checked(); }
  [[nodiscard]] T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

 private:
  T& checked() {
    LOCKSTEP_CHECK(value_.has_value(), status_.toString());
    return *value_;
  }

  Status status_;
  std::optional<T> value_;
};

}  // namespace lockstep

#define LOCKSTEP_CONCAT_INNER(a, b) a##b
#define LOCKSTEP_CONCAT(a, b) LOCKSTEP_CONCAT_INNER(a, b)

/// `LOCKSTEP_ASSIGN(auto ends, cluster.ends());` assigns the value, or returns the error.
#define LOCKSTEP_ASSIGN(declaration, expression)                   \
  auto LOCKSTEP_CONCAT(lockstep_result_, __LINE__) = (expression); \
  if (!LOCKSTEP_CONCAT(lockstep_result_, __LINE__).ok())           \
    return LOCKSTEP_CONCAT(lockstep_result_, __LINE__).status();   \
  declaration = std::move(LOCKSTEP_CONCAT(lockstep_result_, __LINE__)).value()
