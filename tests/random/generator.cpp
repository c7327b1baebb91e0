#include "tests/random/generator.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::random_graphs {
namespace {

constexpr std::int64_t kSizeMax = 2'000;
constexpr std::size_t kLeavesMax = 3;

class Generator {
 public:
  Generator(const GraphChoice& choice, std::shared_ptr<Effects> effects)
      : choice_(choice), builder_(choice.seed, choice.variant, std::move(effects)) {}

  DrawnGraph draw() {
    addSources();
    const auto steps = random().between(1, 4);
    for (std::int64_t i = 0; i + 1 < steps; ++i) addStep(drawStep());
    addStep(chosenStep());
    if (choice_.bug != GraphBug::kNone) addBug();
    addOutputs();
    drawn_.graph = builder_.graph;
    drawn_.fed = builder_.fed;
    drawn_.tables = builder_.tables;
    drawn_.written = builder_.written;
    drawn_.comparable = builder_.comparable;
    drawn_.clocks = builder_.clocks;
    return std::move(drawn_);
  }

 private:
  struct Node {
    Flow flow;
    std::string name;
    bool read = false;
  };
  struct Place {
    const Step* step;
    std::size_t in;
    std::size_t other;
  };

  sim::Prng& random() { return builder_.random; }
  std::size_t oneOf(std::size_t count) {
    return static_cast<std::size_t>(random().below(static_cast<std::int64_t>(count)));
  }

  void addSources();
  std::vector<Place> placesOf(const Step& step);
  bool fits(const Place& place);
  Place drawStep();
  Place chosenStep();
  void addStep(const Place& place);
  void addBug();
  void addOutputs();
  void add(Node node, const std::string& from, const std::string& what);
  [[nodiscard]] std::size_t leaves() const {
    return static_cast<std::size_t>(
        std::count_if(nodes_.begin(), nodes_.end(), [](const Node& node) { return !node.read; }));
  }

  const GraphChoice choice_;
  Builder builder_;
  std::vector<Node> nodes_;
  DrawnGraph drawn_;
};

void Generator::add(Node node, const std::string& from, const std::string& what) {
  if (!drawn_.text.empty()) drawn_.text += "; ";
  drawn_.text += fmt::format("{} = {} of {}", node.name, what, from);
  if (!builder_.notes.empty()) drawn_.text += " (" + std::exchange(builder_.notes, {}) + ")";
  drawn_.size = std::max(drawn_.size, node.flow.size);
  nodes_.push_back(std::move(node));
}

void Generator::addSources() {
  const auto count = random().between(1, 2);
  for (std::int64_t i = 0; i < count; ++i) {
    ++builder_.steps;
    std::vector<std::string> topics{"in-" + std::to_string(i)};
    builder_.fed[topics.front()] = builder_.partitions();
    const auto& source =
        i == 0 && random().chance(700) ? sources().front() : sources()[oneOf(sources().size())];
    Flow flow{source.add(builder_, topics)};
    add({std::move(flow), builder_.id()}, topics.front(), source.name);
    drawn_.used.insert(source.name);
  }
}

bool Generator::fits(const Place& place) {
  const auto& in = nodes_[place.in].flow;
  const auto& other = nodes_[place.other].flow;
  const auto& step = *place.step;
  if (in.slide != other.slide) return false;  // E032
  if (step.unwindowed && in.slide.count() != 0) return false;
  if (step.needs_order && !(in.ordered && other.ordered)) return false;
  if (step.grows && step.grows(in.size, other.size) > kSizeMax) return false;
  // A stream that is read already gets one more reader, and the graph one more end.
  const auto read = static_cast<std::size_t>(!nodes_[place.in].read) +
                    (place.in != place.other && !nodes_[place.other].read ? 1 : 0);
  return leaves() + 1 - read <= kLeavesMax;
}

std::vector<Generator::Place> Generator::placesOf(const Step& step) {
  std::vector<Place> places;
  for (std::size_t in = 0; in < nodes_.size(); ++in) {
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
      const Place place{&step, in, other};
      if ((step.two || in == other) && fits(place)) places.push_back(place);
    }
  }
  return places;
}

Generator::Place Generator::drawStep() {
  for (;;) {  // there is always a map
    const auto places = placesOf(catalogue()[oneOf(catalogue().size())]);
    if (places.empty()) continue;
    // The last ones hang on what was drawn last.
    return places[random().chance(600) ? places.size() - 1 : oneOf(places.size())];
  }
}

/// Where no stream is fit for it a branch of its own begins.
Generator::Place Generator::chosenStep() {
  const Step& step = catalogue()[choice_.seed % catalogue().size()];
  const auto places = placesOf(step);
  if (!places.empty()) return places[oneOf(places.size())];
  ++builder_.steps;
  const auto topic = builder_.fed.begin()->first;
  add({Flow{sources().front().add(builder_, {topic})}, builder_.id()}, topic,
      sources().front().name);
  return {&step, nodes_.size() - 1, nodes_.size() - 1};
}

void Generator::addStep(const Place& place) {
  const auto& step = *place.step;
  const Flow in = nodes_[place.in].flow;
  const Flow other = nodes_[place.other].flow;
  ++builder_.steps;
  builder_.slide.reset();
  builder_.size.reset();
  Flow flow{step.add(builder_, in, other)};
  flow.slide = builder_.slide.value_or(in.slide);
  flow.ordered =
      step.order == Order::kAnew || (step.order == Order::kKept && in.ordered && other.ordered);
  const bool brought = in.ticks || other.ticks;
  flow.ticks = step.ticks || brought;
  const bool unites = step.order == Order::kLost;
  if (brought && ((step.two && !unites) || builder_.slide)) drawn_.meets = true;
  flow.size = builder_.size.value_or(step.grows ? step.grows(in.size, other.size) : in.size);
  auto from = nodes_[place.in].name;
  if (step.two) from += " and " + nodes_[place.other].name;
  nodes_[place.in].read = nodes_[place.other].read = true;
  add({std::move(flow), builder_.id()}, from, step.name);
  drawn_.used.insert(step.name);
}

void Generator::addBug() {
  auto& last = nodes_.back().flow.items;
  if (choice_.bug == GraphBug::kRemembers) {
    const auto calls = std::make_shared<std::int64_t>(0);  // gone with the process
    last = last.map([calls](const Item& item) { return Item(item.first, ++*calls); });
  } else {
    last = last.glom().flatMap([](const std::vector<Item>& part) {
      std::vector<Item> all = part;
      for (Item& item : all) item.second = static_cast<std::int64_t>(part.size());
      return all;
    });
  }
}

/// All that nothing reads, and at times a stream in the midst.
void Generator::addOutputs() {
  auto spare = kLeavesMax - std::min(leaves(), kLeavesMax);
  int number = 0;
  for (auto& node : nodes_) {
    if (node.read) {
      if (spare == 0 || !random().chance(200)) continue;
      --spare;
    }
    const auto& output = outputs()[oneOf(outputs().size())];
    output.add(builder_, node.flow, number);
    if (!node.flow.ordered) drawn_.unordered.insert(number);
    drawn_.text += fmt::format("; {} to {} {}", node.name, output.name, number++);
    drawn_.used.insert(output.name);
  }
}

}  // namespace

DrawnGraph drawGraph(const GraphChoice& choice, std::shared_ptr<Effects> effects) {
  return Generator(choice, std::move(effects)).draw();
}

}  // namespace lockstep::random_graphs
