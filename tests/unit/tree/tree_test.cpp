// The tree itself: layers, shapes, listings, the table of modules, the container recipe. Beside
// each check of the tree stands a case that shows the same judge something wrong.
#include "tests/unit/tree/tree.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

const std::vector<std::string> kModules{"src", "include", "connectors", "state"};
const std::vector<std::string> kSources{"src",   "include", "connectors", "state",
                                        "tests", "bench",   "examples",   "tools"};

void append(tree::Findings& all, const tree::Findings& more) {
  all.insert(all.end(), more.begin(), more.end());
}

tree::LayerTable layers() {
  return tree::parseLayers(tree::readText(tree::root() / "tools/layers.txt"));
}

std::string functionOf(int lines) {
  std::string text = "int f(int x) {\n";
  for (int i = 0; i < lines - 2; ++i) text += "  ++x;  // not a brace: }\n";
  return text + "}\n";
}

}  // namespace

TEST_CASE("every include of the tree keeps to the layers", "[tree][layers]") {
  const auto table = layers();
  tree::Findings findings;
  for (const auto& path : tree::filesBelow(kModules, {".cpp", ".hpp"})) {
    append(findings, tree::judgeIncludes(table, path, tree::readText(tree::root() / path)));
  }
  CHECK(findings == tree::Findings{});
}

TEST_CASE("a wrong include is found and a right one is not", "[tree][layers]") {
  struct Row {
    std::string path;
    std::string include;
    bool allowed;
  };
  const auto row = GENERATE(values<Row>({
      {"src/engine/a.cpp", "<lockstep/model/ids.hpp>", true},
      {"src/engine/a.cpp", "\"src/engine/b.hpp\"", true},
      {"src/engine/a.cpp", "\"src/runtime/b.hpp\"", false},        // upward
      {"src/engine/a.cpp", "\"b.hpp\"", false},                    // not from the root
      {"src/engine/a.cpp", "<librdkafka/rdkafka.h>", false},       // another owner
      {"src/engine/a.cpp", "<thread>", false},                     // the engine has no threads
      {"src/runtime/a.cpp", "<thread>", true},                     //
      {"src/rdd/a.cpp", "<lockstep/formats/json.hpp>", false},     // sibling
      {"state/table/a.cpp", "\"state/rocksdb/b.hpp\"", false},     // sibling
      {"state/table/a.cpp", "<lockstep/dstream/x.hpp>", false},    // state may use layers 0-3
      {"state/rocksdb/a.cpp", "<rocksdb/db.h>", true},             //
      {"connectors/kafka/a.cpp", "<librdkafka/rdkafka.h>", true},  //
      {"src/pipeline/a.cpp", "\"src/config/b.hpp\"", true},        //
      {"src/pipeline/a.cpp", "\"connectors/kafka/b.hpp\"", false},
      {"include/lockstep/rdd/a.hpp", "<lockstep/ports/input.hpp>", true},
      {"include/lockstep/rdd/a.hpp", "\"src/rdd/b.hpp\"", false},  // public includes private
      {"src/unheard/a.cpp", "<vector>", false},
  }));
  CAPTURE(row.path, row.include);

  const auto findings = tree::judgeIncludes(layers(), row.path, "#include " + row.include + "\n");

  CHECK(findings.empty() == row.allowed);
}

TEST_CASE("every module folder is in the table of layers", "[tree][layers]") {
  const auto table = layers();
  for (const auto& folder : tree::moduleFolders()) {
    CAPTURE(folder);
    CHECK(table.rows.contains(folder));
  }
}

TEST_CASE("every test source is listed in the CMakeLists of its folder", "[tree][listing]") {
  tree::Findings findings;
  for (const auto& path : tree::filesBelow({"tests"}, {"_test.cpp"})) {
    const auto folder = (tree::root() / path).parent_path();
    const auto lists = folder / "CMakeLists.txt";
    const auto text = std::filesystem::exists(lists) ? tree::readText(lists) : std::string();
    append(findings, tree::judgeListing(path, text));
  }
  CHECK(findings == tree::Findings{});
}

TEST_CASE("a test source that is not listed, or only in a comment, is found", "[tree][listing]") {
  CHECK(tree::judgeListing("tests/a_test.cpp", "lockstep_test(x SOURCES a_test.cpp)\n").empty());
  CHECK(tree::judgeListing("tests/a_test.cpp", "SOURCES aa_test.cpp b.cpp\n").size() == 1);
  CHECK(tree::judgeListing("tests/a_test.cpp", "# a_test.cpp\n").size() == 1);
}

TEST_CASE("every source keeps to the measures", "[tree][shape]") {
  tree::Findings findings;
  for (const auto& path : tree::filesBelow(kSources, {".cpp", ".hpp", ".java"})) {
    append(findings, tree::judgeShape(path, tree::readText(tree::root() / path)));
  }
  CHECK(findings == tree::Findings{});
}

TEST_CASE("a long file, line or function and unfinished work are found", "[tree][shape]") {
  const auto count = [](const std::string& text) { return tree::judgeShape("a", text).size(); };

  std::string file;
  for (int i = 0; i < 500; ++i) file += "\n";
  CHECK(count(file) == 0);
  CHECK(count(file + "\n") == 1);

  CHECK(count(std::string(100, 'x')) == 0);
  CHECK(count(std::string(101, 'x')) == 1);
  CHECK(count("// see https://" + std::string(101, 'x')) == 0);

  CHECK(count(functionOf(70)) == 0);
  CHECK(count(functionOf(71)) == 1);
  CHECK(count("namespace a {\n" + functionOf(70) + "}\n") == 0);
  CHECK(count("auto s = R\"(\n{ {\n)\";\n" + functionOf(71)) == 1);

  CHECK(count(std::string("// TO") + "DO: more\n") == 1);
}

TEST_CASE("every error code of the sources is on the page of errors", "[tree][codes]") {
  const auto known = tree::codesOfPage(tree::readText(tree::root() / "docs/errors.md"));
  tree::Findings findings;
  for (const auto& path : tree::filesBelow(kModules, {".cpp", ".hpp"})) {
    append(findings, tree::judgeCodes(path, tree::readText(tree::root() / path), known));
  }
  CHECK(findings == tree::Findings{});
}

TEST_CASE("a code without a heading is found", "[tree][codes]") {
  const auto known = tree::codesOfPage("# Errors\n\n## E001: a\n\ntext E002\n\n## W003: b\n");
  const auto count = [&](const std::string& text) {
    return tree::judgeCodes("a.cpp", text, known).size();
  };
  CHECK(count("fail(\"E001\", \"W003\");") == 0);
  CHECK(count("fail(\"E002\");") == 1);
  CHECK(count("fail(\"E002 with its text\");") == 1);
  CHECK(count("// E002 in a comment, and an id: \"E0021\"") == 0);
}

TEST_CASE("the architecture page lists exactly the modules of the tree", "[tree][modules]") {
  const auto page = tree::readText(tree::root() / "docs/architecture.md");
  CHECK(tree::modulesInTable(page) == tree::moduleFolders());
}

TEST_CASE("a table of modules is read between its markers only", "[tree][modules]") {
  const auto modules = tree::modulesInTable(
      "| `src/zero` | 0 |\n<!-- modules -->\n| folder |\n|---|\n| `src/one` | 1 |\n"
      "<!-- /modules -->\n| `src/two` | 2 |\n");
  CHECK(modules == std::set<std::string>{"src/one"});
}

TEST_CASE("the container recipe is pinned, lean and not run as root", "[tree][docker]") {
  const auto recipe = tree::readText(tree::root() / "docker/Dockerfile");
  CHECK(tree::judgeDockerfile(recipe) == tree::Findings{});
}

TEST_CASE("a careless container recipe is found", "[tree][docker]") {
  const auto count = [](const std::string& text) { return tree::judgeDockerfile(text).size(); };
  CHECK(count("FROM debian:12-slim\nUSER lockstep\n") == 0);
  CHECK(count("FROM debian\nUSER lockstep\n") == 1);
  CHECK(count("FROM debian:latest\nUSER lockstep\n") == 1);
  CHECK(count("FROM debian:12-slim\n") == 1);
  CHECK(count("FROM debian:12-slim\nUSER a\nFROM debian:12-slim\n") == 1);
  CHECK(count("FROM debian:12-slim\nRUN apt-get update && apt-get install x\nUSER a\n") == 2);
}
