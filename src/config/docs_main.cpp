// Writes the generated page of settings: lockstep_config_docs DOCS_FOLDER
#include <cstdio>
#include <fstream>
#include <string>

#include "src/config/reference.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: lockstep_config_docs DOCS_FOLDER\n");
    return 64;
  }
  const std::string folder = argv[1];
  std::ofstream reference(folder + "/configuration.md", std::ios::binary);
  reference << lockstep::config::writeReference();
  reference.close();
  if (reference) return 0;
  std::fprintf(stderr, "cannot write to %s\n", folder.c_str());
  return 74;
}
