#pragma once

// What the names of all pages share; nothing of it is ever linked. What a page takes for granted is
// in page_PAGE, what one section does in page_PAGE::in_SECTION: its anchor, with _ for -.
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <lockstep/api/lockstep.hpp>
#include <lockstep/dstream/file_table.hpp>
#include <lockstep/dstream/process.hpp>
#include <lockstep/dstream/remember.hpp>
#include <lockstep/dstream/sql.hpp>
#include <lockstep/dstream/streaming_kmeans.hpp>
#include <lockstep/dstream/streaming_linear_regression.hpp>

/// A type of the reader's own, with bytes.
struct HasBytes {};

template <class T>
requires std::is_base_of_v<HasBytes, T>
struct lockstep::Serde<T> {
  static constexpr std::string_view kTypeName = "own";
  void append(std::string& out, const T& value) const;
  T read(std::string_view bytes) const;
};
