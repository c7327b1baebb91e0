#pragma once

#include <string>
#include <vector>

namespace lockstep::cli {

/// A file under config/, as the program was built with it.
struct Example {
  std::string name;
  std::string text;  ///< begins with a comment that says what it does
  std::string data;  ///< of the file NAME.csv that it reads; "" = none
};

[[nodiscard]] const std::vector<Example>& examples();

}  // namespace lockstep::cli
