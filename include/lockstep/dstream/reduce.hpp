#pragma once

#include <optional>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/gather.hpp>

namespace lockstep {

namespace detail {

template <class T, class F>
struct ReduceFold {
  using Partial = std::optional<Owned<T>>;
  F function;

  void add(Partial& result, std::span<const T> chunk) const {
    for (const T& element : chunk) addOne(result, element);
  }
  void merge(Partial& total, const Partial& part) const {
    if (part) addOne(total, viewOf<T>(*part));
  }
  template <class Call>
  Status emit(const Partial& total, const Call& call) const {
    return total ? call(viewOf<T>(*total)) : Status();
  }

 private:
  void addOne(Partial& result, const T& element) const {
    if (result)
      result = toOwned<T>(function(viewOf<T>(*result), element));
    else
      result = toOwned<T>(element);
  }
};

}  // namespace detail

template <class T>
template <class F>
DStream<T> DStream<T>::reduce(F f, const std::string& step) const {
  return detail::gather<T, T>(*this, "reduce", step, detail::ReduceFold<T, F>{std::move(f)});
}

}  // namespace lockstep
