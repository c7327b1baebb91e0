#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/programs/client.hpp"

namespace bench {

/// What a topic says, seen in one way; two topics agree when their checksums do. A view of an input
/// computes what a job's output has to say; a view of an output says what it does.
class View {
 public:
  virtual ~View() = default;
  virtual void add(const rd_kafka_message_t& record) = 0;
  [[nodiscard]] virtual std::uint64_t checksum() const = 0;
  [[nodiscard]] virtual std::size_t keys() const { return 0; }
};

/// By name. Of any topic: `records`. Of an input: `filter` `keys` `words` `amounts`. Of an output:
/// `long-big` `long-little` `double-big` `double-little`, the last value of each key;
/// `running-big` `running-little` `joined-big` `joined-little` (running_view.cpp), and of windows
/// `windows-LENGTH-SLIDE` in milliseconds, `window-slides-LENGTH` in slides (window_view.cpp).
[[nodiscard]] std::unique_ptr<View> makeView(const std::string& name);

}  // namespace bench
