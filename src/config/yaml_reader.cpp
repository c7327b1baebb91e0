#include "src/config/yaml_reader.hpp"

#include <exception>
#include <sstream>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "src/config/scalar_place.hpp"
#include "src/config/yaml_bites.hpp"

namespace lockstep::config {
namespace {

/// Ends parsing from inside an event; the reason is already in the diagnostics.
struct Stopped : std::exception {};

std::size_t countNodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += countNodes(item);
  for (const NodeEntry& entry : node.entries) count += countNodes(entry.value);
  return count;
}

std::size_t depthOf(const Node& node) {
  std::size_t depth = 0;
  for (const Node& item : node.items) depth = std::max(depth, depthOf(item));
  for (const NodeEntry& entry : node.entries) depth = std::max(depth, depthOf(entry.value));
  return depth + 1;
}

/// Builds the tree from yaml-cpp's events. Events come in the order of the file; `open_` is the
/// path from the root to the list or map that is being filled.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(Diagnostics& diagnostics, std::uint32_t source)
      : diagnostics_(diagnostics), source_(source) {}

  [[nodiscard]] Node takeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.place = place(mark);
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      stop("E007", place(mark), "an alias inside the value that it stands for",
           "write the value out");
    }
    nodes_ += countNodes(known->second);
    if (nodes_ > kNodesMax) {
      stop("E007", place(mark),
           fmt::format("aliases make the file larger than {} values", kNodesMax),
           "write the values out; anchors are meant for a few repetitions");
    }
    if (open_.size() + depthOf(known->second) > kDepthMax) tooDeep(place(mark));
    Node copy = known->second;
    add(std::move(copy));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuseTag(mark, tag);
    Node node;
    node.kind = Node::Kind::kScalar;
    node.scalar = locateScalar(diagnostics_.source(source_), place(mark), value);
    node.place = node.scalar.place;
    finish(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    refuseTag(mark, tag);
    open(Node::Kind::kList, mark, anchor, style);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    refuseTag(mark, tag);
    open(Node::Kind::kMap, mark, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    std::optional<SourceText> key;  ///< of a map: read, its value not yet
    bool dropped = false;           ///< the key stands twice: its value is parsed and forgotten
  };

  [[nodiscard]] Place place(const YAML::Mark& mark) const {
    const auto number = [](int n) { return static_cast<std::uint32_t>(std::max(n, 0) + 1); };
    return {source_, number(mark.line), number(mark.column), number(mark.column) + 1};
  }

  [[noreturn]] void stop(std::string_view code, const Place& where, std::string what,
                         std::string help) {
    diagnostics_.error(code, where, std::move(what), std::move(help));
    throw Stopped();
  }

  [[noreturn]] void tooDeep(const Place& where) {
    stop("E007", where, fmt::format("lists and maps are nested more than {} deep", kDepthMax),
         "check the brackets and the indentation");
  }

  void refuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;  // "!" is how yaml-cpp marks a quoted text
    diagnostics_.error("E007", place(mark), fmt::format("the tag '{}' is not supported", tag),
                       "remove it; what a value means is decided by its key");
  }

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    if (open_.size() >= kDepthMax) tooDeep(place(mark));
    Open next;
    next.node.kind = kind;
    next.node.place = place(mark);
    next.node.flow = style == YAML::EmitterStyle::Flow;
    next.anchor = anchor;
    open_.push_back(std::move(next));
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    finish(std::move(done.node), done.anchor);
  }

  void finish(Node node, YAML::anchor_t anchor) {
    if (++nodes_ > kNodesMax) {
      stop("E007", node.place, fmt::format("the file holds more than {} values", kNodesMax),
           "split the application");
    }
    if (anchor != 0) anchors_[anchor] = node;
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.isList()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      takeKey(parent, node);
    } else {
      if (node.isNull()) placeNull(node, *parent.key);
      if (!parent.dropped) {
        parent.node.entries.push_back({std::move(*parent.key), std::move(node)});
      }
      parent.key.reset();
    }
  }

  /// The parser reports an empty value where the next one begins: better at its key.
  void placeNull(Node& node, const SourceText& key) {
    const auto line = diagnostics_.source(source_).line(node.place.line);
    const auto rest = line.substr(std::min<std::size_t>(node.place.column - 1, line.size()));
    for (const std::string_view written : {"~", "null", "Null", "NULL"}) {
      if (rest.substr(0, written.size()) == written) return;
    }
    node.place = key.place;
  }

  void takeKey(Open& parent, const Node& node) {
    parent.dropped = false;
    if (node.isScalar()) {
      parent.key = node.scalar;
    } else if (node.isNull()) {  // `~: x` and `null: x`; also an empty key
      parent.key = locateScalar(diagnostics_.source(source_), node.place, "null");
    } else {
      diagnostics_.error("E008", node.place,
                         fmt::format("a key has to be a text, not {}", node.kindName()),
                         "write keys as plain names; quote a text that begins with [ or {");
      parent.key = SourceText{};
      parent.dropped = true;
      return;
    }
    for (const NodeEntry& entry : parent.node.entries) {
      if (entry.key.text != parent.key->text) continue;
      diagnostics_.add({parent.key->place,
                        Severity::kError,
                        "E003",
                        fmt::format("the key '{}' stands twice in one map", entry.key.text),
                        "keep one of them",
                        {{entry.key.place, "first written here"}}});
      parent.dropped = true;
      return;
    }
  }

  Diagnostics& diagnostics_;
  const std::uint32_t source_;
  Node root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0;
};

void addSyntaxError(Diagnostics& diagnostics, const Place& noticed, const std::string& message) {
  Diagnostic diagnostic{
      noticed, Severity::kError, "E001", fmt::format("this is no valid YAML: {}", message), {}, {}};
  if (const auto cause = findUnclosed(diagnostics.source(noticed.source), noticed)) {
    diagnostic.related.push_back({*cause, "opened here and not closed"});
    diagnostic.help = "close the bracket or quote, or put the text that holds it in single quotes";
  } else if (auto line = correctedLine(diagnostics, noticed); !line.empty()) {
    diagnostic.help = std::move(line);
  } else {
    diagnostic.help =
        "a text that begins with a quote or holds one of , [ ] { } # : is written in single "
        "quotes";
  }
  diagnostics.add(std::move(diagnostic));
}

bool checkBytes(Diagnostics& diagnostics, std::uint32_t source) {
  const std::string& text = diagnostics.source(source).text();
  const Place start{source, 1, 1, 2};
  if (text.size() > kFileBytesMax) {
    diagnostics.error(
        "E007", start,
        fmt::format("the file has {} bytes; at most {} are read", text.size(), kFileBytesMax),
        "one file describes one application");
    return false;
  }
  if (text.find('\0') != std::string::npos || text.rfind("\xFF\xFE", 0) == 0 ||
      text.rfind("\xFE\xFF", 0) == 0) {
    diagnostics.error("E001", start, "the file is not UTF-8 text", "save it as UTF-8");
    return false;
  }
  return true;
}

std::optional<Node> parse(Diagnostics& diagnostics, std::uint32_t source, const std::string& text) {
  std::istringstream stream(text);
  const auto placeOf = [&](const YAML::Mark& mark) {
    const auto number = [](int n) { return static_cast<std::uint32_t>(std::max(n, 0) + 1); };
    return Place{source, number(mark.line), number(mark.column), number(mark.column) + 1};
  };
  try {
    YAML::Parser parser(stream);
    TreeBuilder builder(diagnostics, source);
    if (!parser.HandleNextDocument(builder)) {
      diagnostics.error("E001", {source, 1, 1, 2}, "the file is empty",
                        "start with 'lockstep init word-count'");
      return std::nullopt;
    }
    Node root = builder.takeRoot();
    TreeBuilder second(diagnostics, source);
    if (parser.HandleNextDocument(second)) {
      diagnostics.error("E007", second.takeRoot().place, "a second document begins here",
                        "one file describes one application; remove the '---'");
    }
    return root;
  } catch (const Stopped&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    addSyntaxError(diagnostics, placeOf(error.mark), error.msg);
    return std::nullopt;
  } catch (const std::exception& error) {  // yaml-cpp lets a few standard exceptions through
    addSyntaxError(diagnostics, {source, 1, 1, 2}, error.what());
    return std::nullopt;
  }
}

}  // namespace

std::optional<Node> readYaml(Diagnostics& diagnostics, std::uint32_t source) {
  if (!checkBytes(diagnostics, source)) return std::nullopt;
  return parse(diagnostics, source, diagnostics.source(source).text());
}

std::optional<Node> readYamlValue(Diagnostics& diagnostics, std::uint32_t source,
                                  std::size_t begin) {
  if (!checkBytes(diagnostics, source)) return std::nullopt;
  const std::string& whole = diagnostics.source(source).text();
  // Blanks keep the columns, so that places point into the whole text.
  return parse(diagnostics, source, std::string(begin, ' ') + whole.substr(begin));
}

}  // namespace lockstep::config
