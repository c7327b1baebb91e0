#include <lockstep/dstream/graph.hpp>

#include <algorithm>
#include <numeric>
#include <set>

#include <lockstep/base/error.hpp>

namespace lockstep {

namespace {

/// What Kafka allows in a topic's name, since the id becomes part of one.
bool namesTopic(const std::string& id) {
  return !id.empty() && id.size() <= 100 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  });
}

template <class Values>
std::vector<std::string> repeated(const Values& values) {
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const auto& value : values)
    if (!seen.insert(value).second) twice.push_back(value);
  return twice;
}

}  // namespace

std::vector<std::string> DStreamGraph::mistakes() const {
  std::vector<std::string> found;
  if (outputs_.empty())
    found.emplace_back("E019 the graph has no output: save, print or foreachRDD a stream");
  std::vector<std::string> ids;
  for (const StateDeclaration& state : states_) ids.push_back(state.id);
  for (const std::string& id : repeated(ids))
    found.push_back("E024 the id '" + id + "' is used by two stateful steps: ids are unique");
  for (const std::string& topic : repeated(topics_read_))
    found.push_back("E025 topic '" + topic + "' stands twice in one list: name it once");
  std::vector<std::string> paths;
  for (const OutputInfo& output : outputs_)
    if (!output.path.empty()) paths.push_back(output.path);
  for (const std::string& path : repeated(paths))
    found.push_back("E033 two outputs write the files " + path + ": give one another name");
  for (const std::string& topic : topics_read_) {
    for (const TopicPattern& pattern : patterns_read_) {
      if (!pattern.matches(topic)) continue;
      found.push_back("E025 topic '" + topic +
                      "' is named by one stream and matches the pattern '" + pattern.text +
                      "' of another: narrow the pattern");
    }
  }
  std::vector<std::string> source_ids;
  for (const SourceDeclaration& source : sources_) source_ids.push_back(source.id);
  for (const std::string& id : repeated(source_ids))
    found.push_back("E024 the id '" + id + "' is used by two receivers or folders: ids are unique");
  for (const std::string& id : source_ids)
    if (!namesTopic(id) || id.find('.') != id.npos)
      found.push_back("E018 the id '" + id +
                      "' cannot name a receiver's topic: 1 to 100 of a-z A-Z 0-9 _ -");
  for (const std::string& id : ids)
    if (!namesTopic(id))
      found.push_back("E018 the id '" + id +
                      "' cannot name a changelog topic: 1 to 100 of a-z A-Z 0-9 . _ -");
  for (const WindowRule& window : windows_)
    if (window.timing.length.count() <= 0 || window.timing.slide.count() <= 0)
      found.push_back("E031 step '" + window.step + "': a window of " + window.timing.text() +
                      ": both have to be longer than 0 ms");
  for (const RddBase* rdd : lineage_.rdds())
    if (rdd->mixesSlides())
      found.push_back(
          "E032 step '" + rdd->step() +
          "' brings streams of different slides together: " + "give their windows the same slide");
  return found;
}

Status DStreamGraph::check() const {
  const auto found = mistakes();
  if (found.empty()) return {};
  std::string text = found.front().substr(5);
  for (std::size_t i = 1; i < found.size(); ++i) text += "; " + found[i];
  return Status::fatal(ExitCode::kConfiguration, found.front().substr(0, 4), text);
}

void DStreamGraph::requireOpen() const {
  if (!closed_) return;
  throw Error(Status::fatal(ExitCode::kConfiguration, "E070",
                            "inputs, steps and outputs cannot be added after start() or stop()",
                            "build the whole graph first, then call start()"));
}

Status DStreamGraph::prepare(const GraphOptions& options) {
  LOCKSTEP_CHECK(!prepared(), "a graph is prepared once");
  LOCKSTEP_TRY(check());
  for (const ShuffleInfo& info : shuffles_) {
    std::uint32_t shards = info.parallelism.value_or(options.default_parallelism);
    if (info.state) {
      StateDeclaration& state = states_[*info.state];
      if (const auto pinned = options.pinned_shards.find(state.id);
          pinned != options.pinned_shards.end())
        shards = pinned->second;
      state.shards = std::max(1U, shards);
    }
    info.shuffle->resize(std::max(1U, shards));
  }
  job_ = std::make_unique<Job>(lineage_);
  return {};
}

Job& DStreamGraph::job() {
  LOCKSTEP_CHECK(prepared(), "prepare() comes first");
  return *job_;
}

Lineage& DStreamGraph::lineage() {
  requireOpen();
  LOCKSTEP_CHECK(!prepared(), "a prepared graph takes no further steps");
  return lineage_;
}

std::vector<std::string> DStreamGraph::topicsWritten() const {
  std::set<std::string> topics;
  for (const OutputInfo& output : outputs_)
    if (!output.topic.empty()) topics.insert(output.topic);
  return {topics.begin(), topics.end()};
}

std::vector<std::string> DStreamGraph::topicPrefixesWritten() const {
  std::set<std::string> prefixes;
  for (const OutputInfo& output : outputs_)
    if (!output.topic_prefix.empty()) prefixes.insert(output.topic_prefix);
  return {prefixes.begin(), prefixes.end()};
}

std::set<std::string> DStreamGraph::foldersWritten() const {
  std::set<std::string> folders;
  for (const OutputInfo& output : outputs_)
    if (!output.path.empty()) folders.insert(output.path.substr(0, output.path.rfind('/')));
  return folders;
}

std::vector<std::string> DStreamGraph::stateIds() const {
  std::vector<std::string> ids;
  for (const StateDeclaration& state : states_) ids.push_back(state.id);
  return ids;
}

bool DStreamGraph::needsIdleBatches() const {
  const bool visits = std::any_of(states_.begin(), states_.end(), [](const auto& state) {
    return state.kind == "updateStateByKey" && state.reduction.empty();
  });
  const auto& rdds = lineage_.rdds();
  const bool counts = std::any_of(rdds.begin(), rdds.end(),
                                  [](const RddBase* rdd) { return rdd->op() == "count"; });
  return side_effects_ || idle_batches_ || visits || counts || windowSlide().count() != 0;
}

std::chrono::milliseconds DStreamGraph::windowSlide() const {
  std::int64_t slide = 0;
  for (const Stage* stage : lineage_.stages())
    if (stage->panes()) slide = std::gcd(slide, stage->slide().count());
  return std::chrono::milliseconds(slide);
}

std::int64_t DStreamGraph::boundariesMax() const {
  constexpr std::int64_t kBoundariesMax = 1000;
  const auto& stages = lineage_.stages();
  const bool state_on_window = std::any_of(stages.begin(), stages.end(), [](const Stage* stage) {
    return stage->pinned() && stage->slide().count() != 0 && !stage->panes();
  });
  return state_on_window ? 1 : kBoundariesMax;
}

std::vector<DStreamGraph::StepInfo> DStreamGraph::describe() const {
  std::vector<StepInfo> steps;
  for (const RddBase* rdd : lineage_.rdds()) {
    StepInfo info{rdd->step(), rdd->op(), {}, {}};
    for (const RddBase* parent : rdd->parents()) info.parents.push_back(parent->step());
    for (const Stage* stage : rdd->stages()) info.stages.push_back(Lineage::number(*stage));
    steps.push_back(std::move(info));
  }
  return steps;
}

std::string DStreamGraph::outline() const {
  std::string text;
  const auto add = [&text](const std::string& word) { text += word + '\t'; };
  for (const std::string& topic : topics_read_) add(topic);
  for (const TopicPattern& pattern : patterns_read_) add(pattern.text);
  for (const StepInfo& step : describe()) {
    text += '\n';
    add(step.step);
    add(step.op);
    for (const std::string& parent : step.parents) add(parent);
  }
  for (const OutputInfo& output : outputs_) {
    text += '\n';
    for (const std::string& word : {output.step, output.kind, output.topic, output.from}) add(word);
    if (!output.topic_prefix.empty()) add(output.topic_prefix + "*");
    if (!output.path.empty()) add(output.path);
  }
  return text;
}

const DStreamGraph::Remembered* DStreamGraph::remembered(const RddBase& stream) const {
  const auto found = remembered_.find(&stream);
  return found == remembered_.end() ? nullptr : &found->second;
}

void DStreamGraph::addAccumulator(std::shared_ptr<AccumulatorBase> accumulator) {
  Accumulators& all = lineage().accumulators();
  const std::string& name = accumulator->name();
  if (name.empty())
    throw Error(
        Status::fatal(ExitCode::kConfiguration, "E018",
                      "an accumulator without a name: its value has no key in the state",
                      "give it one, and keep it: the value is found by it after a restart"));
  if (all.has(name))
    throw Error(Status::fatal(ExitCode::kConfiguration, "E024",
                              "two accumulators have the name '" + name + "'",
                              "give each a name of its own"));
  if (all.empty()) {
    const std::string kind(Accumulators::kStateId);
    all.setNumber(addState({kind, 1, kind, "string", "tagged", ""}, accumulator_shuffle_, 1));
  }
  all.add(std::move(accumulator));
}

void DStreamGraph::addRemembered(const RddBase& stream, Remembered remembered) {
  requireOpen();
  Remembered& kept = remembered_[&stream];
  if (kept.batches == nullptr || kept.duration < remembered.duration) kept = std::move(remembered);
}

std::string DStreamGraph::stepName(const std::string& op, const std::string& name) {
  requireOpen();
  if (!name.empty()) return name;
  return op + " " + std::to_string(++step_numbers_[op]);
}

void DStreamGraph::addInput(const std::vector<std::string>& topics) {
  requireOpen();
  topics_read_.insert(topics_read_.end(), topics.begin(), topics.end());
}

void DStreamGraph::addInput(TopicPattern pattern) {
  requireOpen();
  patterns_read_.push_back(std::move(pattern));
}

void DStreamGraph::addSource(SourceDeclaration source) {
  requireOpen();
  if (!source.isFiles()) live_inputs_.push_back(source.id);
  sources_.push_back(std::move(source));
}

std::uint32_t DStreamGraph::addOutput(OutputInfo output, bool side_effect) {
  requireOpen();
  outputs_.push_back(std::move(output));
  side_effects_ = side_effects_ || side_effect;
  return static_cast<std::uint32_t>(outputs_.size() - 1);
}

void DStreamGraph::addShuffle(Shuffle& shuffle, std::optional<std::uint32_t> parallelism) {
  shuffles_.push_back({&shuffle, parallelism, std::nullopt});
}

void DStreamGraph::addShuffleBeside(Shuffle& shuffle, std::uint32_t state) {
  const auto beside = std::find_if(shuffles_.begin(), shuffles_.end(),
                                   [&](const ShuffleInfo& info) { return info.state == state; });
  LOCKSTEP_CHECK(beside != shuffles_.end(), "a state has a shuffle in front of it");
  shuffles_.push_back({&shuffle, beside->parallelism, beside->state});
}

void DStreamGraph::addTableTopic(const std::string& topic, const std::string& state_id) {
  requireOpen();
  table_topics_.push_back({topic, state_id});
}

std::uint32_t DStreamGraph::addState(StateDeclaration declaration, Shuffle& shuffle,
                                     std::optional<std::uint32_t> parallelism) {
  states_.push_back(std::move(declaration));
  shuffles_.push_back({&shuffle, parallelism, states_.size() - 1});
  return static_cast<std::uint32_t>(states_.size() - 1);
}

}  // namespace lockstep
