#include <lockstep/dstream/accumulator.hpp>

#include <lockstep/base/error.hpp>

namespace lockstep::detail {
namespace {

Error misplaced(std::string message, std::string help) {
  return Error(
      Status::fatal(ExitCode::kConfiguration, "E073", std::move(message), std::move(help)));
}

}  // namespace

void throwAddOutside(const std::string& name) {
  throw misplaced("accumulator '" + name + "': add() outside of its context's batches",
                  "add in functions of steps or of foreachRDD, on the thread that calls them");
}

void throwValueInTask(const std::string& name) {
  throw misplaced("accumulator '" + name + "': value() in a step's function",
                  "other tasks still add to it: read it in foreachRDD, or from another thread");
}

}  // namespace lockstep::detail
