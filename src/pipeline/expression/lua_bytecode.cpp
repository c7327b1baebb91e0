#include "src/pipeline/expression/lua_bytecode.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include <lua.hpp>

static_assert(LUA_VERSION_NUM == 504, "the layout below is that of Lua 5.4 (ldump.c, lopcodes.h)");

namespace lockstep {
namespace {

constexpr std::size_t kHeaderBytes = 31;
constexpr std::size_t kInstructionBytes = 4;
constexpr std::uint32_t kJumpZero = (1U << 24) - 1;  // what a jump by 0 is written as

enum Opcode : std::uint32_t {
  kSetUpvalue = 10,
  kJump = 56,
  kCall = 68,
  kTailCall = 69,
  kForLoop = 73,
  kForCall = 76,
  kForIteratorLoop = 77,
  kClosure = 79,
};

// Where an upvalue of a function inside comes from.
struct Upvalue {
  bool local = false;  // of the function around it; else that function's upvalue
  std::uint8_t index = 0;
};

class DumpReader {
 public:
  explicit DumpReader(std::string_view bytes) : bytes_(bytes) {}

  LuaCode run() {
    if (bytes_.size() < kHeaderBytes + 1 || bytes_.substr(0, 5) != "\x1bLua\x54") return {};
    bytes_.remove_prefix(kHeaderBytes + 1);
    readFunction();
    code_.understood = ok_ && bytes_.empty();
    return code_;
  }

 private:
  std::uint8_t readByte() {
    if (bytes_.empty()) {
      ok_ = false;
      return 0;
    }
    const auto byte = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  std::size_t readSize() {  // 7 bits per byte, high ones first, the last byte marked
    std::size_t value = 0;
    for (int i = 0; ok_ && i < 10; ++i) {
      const auto byte = readByte();
      value = (value << 7) | (byte & 0x7f);
      if ((byte & 0x80) != 0) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string_view readBytes(std::size_t size) {
    if (size > bytes_.size()) ok_ = false;
    const auto read = bytes_.substr(0, ok_ ? size : 0);
    bytes_.remove_prefix(read.size());
    return read;
  }
  void skipString() {
    const auto size = readSize();
    if (size > 0) readBytes(size - 1);
  }

  void readFunction() {
    skipString();
    readSize();
    readSize();
    readBytes(3);
    const auto instructions = readSize();
    const auto code = instructions > bytes_.size() ? readBytes(SIZE_MAX)
                                                   : readBytes(instructions * kInstructionBytes);
    skipConstants();
    std::vector<Upvalue> upvalues;
    for (auto count = readSize(); ok_ && count > 0; --count) {
      const auto local = readByte() != 0;
      upvalues.push_back({local, readByte()});
      readByte();
    }
    around_.push_back(std::move(upvalues));
    scanCode(code);
    for (auto count = readSize(); ok_ && count > 0; --count) readFunction();
    around_.pop_back();
    skipDebug();
  }

  void skipConstants() {
    for (auto count = readSize(); ok_ && count > 0; --count) {
      switch (readByte()) {
        case 0x03:  // integer
        case 0x13:  // float
          readBytes(8);
          break;
        case 0x04:  // short string
        case 0x14:  // long string
          skipString();
          break;
        default:  // nil, false, true
          break;
      }
    }
  }

  void skipDebug() {
    readBytes(readSize());
    for (auto count = readSize(); ok_ && count > 0; --count) {
      readSize();
      readSize();
    }
    for (auto count = readSize(); ok_ && count > 0; --count) {
      skipString();
      readSize();
      readSize();
    }
    for (auto count = readSize(); ok_ && count > 0; --count) skipString();
  }

  void scanCode(std::string_view code) {
    LuaCodePart& part = around_.size() == 1 ? code_.outer : code_.inner;
    part.instructions = std::max(part.instructions, code.size() / kInstructionBytes);
    for (; code.size() >= kInstructionBytes; code.remove_prefix(kInstructionBytes)) {
      std::uint32_t instruction = 0;
      std::memcpy(&instruction, code.data(), kInstructionBytes);
      scan(instruction, part);
    }
  }

  void scan(std::uint32_t instruction, LuaCodePart& part) {
    switch (instruction & 0x7f) {
      case kSetUpvalue:
        return resolve((instruction >> 16) & 0xff);
      case kJump:
        part.loops |= instruction >> 7 < kJumpZero;
        return;
      case kForLoop:
      case kForCall:
      case kForIteratorLoop:
        part.loops = true;
        return;
      case kCall:
      case kTailCall:
        ++part.calls;
        return;
      case kClosure:
        part.closures = true;
        return;
      default:
        return;
    }
  }

  // Follows an upvalue outwards; it counts if it leads out of the outermost function.
  void resolve(std::size_t index) {
    for (std::size_t level = around_.size() - 1; level > 0; --level) {
      if (index >= around_[level].size()) return;
      const Upvalue& upvalue = around_[level][index];
      if (upvalue.local) return;
      index = upvalue.index;
    }
    code_.assigned_upvalue = static_cast<int>(index) + 1;
  }

  std::string_view bytes_;
  bool ok_ = true;
  LuaCode code_;
  std::vector<std::vector<Upvalue>> around_;
};

}  // namespace

LuaCode readLuaCode(std::string_view dump) { return DumpReader(dump).run(); }

}  // namespace lockstep
