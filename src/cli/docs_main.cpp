// Writes the generated page of errors: lockstep_error_docs FILE
#include <cstdio>
#include <fstream>

#include "src/cli/error_texts.hpp"
#include "src/config/codes.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: lockstep_error_docs FILE\n");
    return 64;
  }
  std::ofstream page(argv[1], std::ios::binary);
  page << lockstep::config::writeErrorsPage(lockstep::cli::otherErrorTexts());
  page.close();
  if (page) return 0;
  std::fprintf(stderr, "cannot write %s\n", argv[1]);
  return 74;
}
