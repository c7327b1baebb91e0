// Views of windowed counts. What a slide added is computed backwards from the windows: the window
// that ends at t holds what the one before it held, less what fell out of it, and what came in the
// slide up to t. Each such difference has to be possible, and together they have to be the input:
// the result agrees with `keys` of the input only if every window had what it has to have.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <vector>

#include "bench/programs/digest/view_parts.hpp"

namespace bench {
namespace {

/// Times and lengths in any unit, slides whole multiples of each other. Windows without values are
/// left out of the output.
class Windows : public PerKey {
 public:
  Windows(std::int64_t length, std::int64_t slide) : length_(length), slide_(slide) {}

  [[nodiscard]] std::uint64_t checksum() const override {
    for (const auto& [key, window] : windows_) {
      Window rest = window;
      if (rest.end < newest_) expectEmpty(key, rest);
    }
    return PerKey::checksum();
  }

 protected:
  void window(std::string_view key_bytes, std::int64_t end, std::int64_t count) {
    const std::string key(key_bytes);
    if (end % slide_ != 0) die("key " + key + ": a window ends between slides");
    Window& window = windows_[key];
    if (end <= window.end) die("key " + key + ": windows out of order");
    if (window.end != kNever && end > window.end + slide_) expectEmpty(key, window);
    expire(window, end);
    const std::int64_t added = count - window.held;
    if (count <= 0 || added < 0)
      die("key " + key + ": " + std::to_string(count) + " at " + std::to_string(end) +
          " cannot follow what is in the window, " + std::to_string(window.held));
    if (added > 0) window.slides.push_back({end, added});
    window.held = count;
    window.end = end;
    newest_ = std::max(newest_, end);
    at(key) += static_cast<double>(added);
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
  struct Slide {
    std::int64_t end = 0;
    std::int64_t added = 0;
  };
  struct Window {
    std::int64_t end = kNever;
    std::int64_t held = 0;
    std::vector<Slide> slides;  ///< what is in the window, oldest first
  };

  void expire(Window& window, std::int64_t end) const {
    auto first = window.slides.begin();
    for (; first != window.slides.end() && first->end <= end - length_; ++first)
      window.held -= first->added;
    window.slides.erase(window.slides.begin(), first);
  }
  /// The key's next window was not written.
  void expectEmpty(const std::string& key, Window& window) const {
    expire(window, window.end + slide_);
    if (window.held != 0) die("key " + key + ": a window with values is missing");
  }

  const std::int64_t length_;
  const std::int64_t slide_;
  std::int64_t newest_ = kNever;
  std::unordered_map<std::string, Window> windows_;
};

/// Lockstep's: a long, and the window's end as the record's timestamp.
class WindowsByTime final : public Windows {
 public:
  using Windows::Windows;
  void add(const rd_kafka_message_t& record) override {
    window(keyOf(record), rd_kafka_message_timestamp(&record, nullptr),
           numberOf<std::int64_t>(record, true));
  }
};

/// The bound's: count and number of the slide, both little endian.
class WindowsByNumber final : public Windows {
 public:
  using Windows::Windows;
  void add(const rd_kafka_message_t& record) override {
    window(keyOf(record), numberOf<std::int64_t>(record, false, 8),
           numberOf<std::int64_t>(record, false));
  }
};

}  // namespace

std::unique_ptr<View> makeWindowView(const std::string& name) {
  long length = 0;
  long slide = 0;
  if (std::sscanf(name.c_str(), "windows-%ld-%ld", &length, &slide) == 2 && slide > 0)
    return std::make_unique<WindowsByTime>(length, slide);
  if (std::sscanf(name.c_str(), "window-slides-%ld", &length) == 1)
    return std::make_unique<WindowsByNumber>(length, 1);
  return nullptr;
}

}  // namespace bench
