#include "src/config/place.hpp"

#include <algorithm>

namespace lockstep::config {

Place SourceText::at(std::size_t offset, std::size_t length) const {
  if (!exact) return place;
  offset = std::min(offset, text.size());
  std::size_t line_start = 0;
  Place result = content;
  for (std::size_t at = text.find('\n'); at < offset; at = text.find('\n', at + 1)) {
    ++result.line;
    line_start = at + 1;
  }
  const std::size_t line_end = std::min(text.find('\n', offset), text.size());
  const std::size_t end = std::max(offset + 1, std::min(offset + length, line_end));
  result.column += static_cast<std::uint32_t>(offset - line_start);
  result.end_column = content.column + static_cast<std::uint32_t>(end - line_start);
  return result;
}

}  // namespace lockstep::config
