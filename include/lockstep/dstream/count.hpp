#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/gather.hpp>

namespace lockstep {

namespace detail {

template <class T>
struct CountFold {
  using Partial = std::int64_t;
  void add(Partial& count, std::span<const T> chunk) const {
    count += static_cast<Partial>(chunk.size());
  }
  void merge(Partial& total, Partial count) const { total += count; }
  template <class Call>
  Status emit(Partial total, const Call& call) const {
    return call(total);
  }
};

}  // namespace detail

template <class T>
DStream<std::int64_t> DStream<T>::count(const std::string& step) const {
  return detail::gather<T, std::int64_t>(*this, "count", step, detail::CountFold<T>{});
}

}  // namespace lockstep
