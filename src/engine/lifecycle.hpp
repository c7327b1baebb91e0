#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <lockstep/base/check.hpp>

namespace lockstep {

/// A legal move of a state machine, with the name of what causes it.
template <class State>
struct Move {
  State from;
  State to;
  std::string_view name;
};

/// A state and the table of its legal moves. move() is the only setter; an illegal move is a bug of
/// the engine and aborts the process: nothing is committed after it. Thread: one at a time.
template <class State, std::size_t kMoves>
class LifeCycle {
 public:
  using Moves = std::array<Move<State>, kMoves>;

  /// REQUIRES: `moves` outlives the object (tables are constants).
  LifeCycle(State first, const Moves& moves) : state_(first), moves_(&moves) {}

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool is(State state) const { return state_ == state; }

  void move(State to) {
    for (const auto& legal : *moves_) {
      if (legal.from == state_ && legal.to == to) {
        state_ = to;
        return;
      }
    }
    checkFailed("legal move", std::string("no move from ") + std::string(toString(state_)) +
                                  " to " + std::string(toString(to)));
  }

 private:
  State state_;
  const Moves* moves_;
};

}  // namespace lockstep
