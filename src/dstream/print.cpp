#include <lockstep/dstream/print.hpp>

#include <cstdio>

namespace lockstep::detail {

std::string printLayout(BatchTime time, const std::vector<std::string>& elements,
                        std::size_t limit) {
  const std::string rule = "-------------------------------------------\n";
  std::string text =
      rule + "Time: " + std::to_string(time.time_since_epoch().count()) + " ms\n" + rule;
  for (std::size_t i = 0; i < elements.size() && i < limit; ++i) text += elements[i] + "\n";
  if (elements.size() > limit) text += "...\n";
  return text + "\n";
}

Status writeToStdout(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return Status::fatal(ExitCode::kDisk, "E307", "standard output cannot be written",
                         "is the reader of the pipe gone?");
  return {};
}

}  // namespace lockstep::detail
