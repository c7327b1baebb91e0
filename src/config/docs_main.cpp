// Writes what is generated from the tables: lockstep_config_docs DOCS_FOLDER CONFIG_FOLDER
#include <cstdio>
#include <fstream>
#include <string>

#include "src/config/reference.hpp"
#include "src/config/schema.hpp"

namespace {

bool write(const std::string& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) std::fprintf(stderr, "cannot write %s\n", path.c_str());
  return static_cast<bool>(stream);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: lockstep_config_docs DOCS_FOLDER CONFIG_FOLDER\n");
    return 64;
  }
  const std::string docs = argv[1];
  const std::string config = argv[2];
  const bool written = write(docs + "/configuration.md", lockstep::config::writeReference()) &&
                       write(config + "/lockstep.schema.json", lockstep::config::writeSchema());
  return written ? 0 : 74;
}
