#include "src/pipeline/expression/expression.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

#include "src/pipeline/expression/lexer.hpp"
#include "src/pipeline/expression/lua_sandbox.hpp"
#include "src/pipeline/expression/native_parser.hpp"

namespace lockstep {

struct Expression::Code {
  std::string text;
  std::vector<ExpressionRead> reads;
  std::optional<Program> native;
  LuaProgram lua;  // used when there is no native program
};

namespace {

constexpr std::string_view kLuaPrefix = "expression:";

ExpressionPlace placeOf(std::string_view text, std::size_t offset) {
  ExpressionPlace place;
  for (const char c : text.substr(0, offset)) {
    place.column = c == '\n' ? 1 : place.column + 1;
    place.line += c == '\n' ? 1 : 0;
  }
  return place;
}

Status mistake(const std::string& code, std::string message, std::string help = {}) {
  return Status::fatal(ExitCode::kConfiguration, code, std::move(message), std::move(help));
}

Status unknownName(const Token& token, const ExpressionScope& scope) {
  const std::string name(token.text);
  auto candidates = scope.variables;
  const auto& globals = scope.functions->globals();
  candidates.insert(candidates.end(), globals.begin(), globals.end());
  const auto nearest = nearestName(name, candidates);
  std::string variables;
  for (const auto& variable : scope.variables) {
    variables += (variables.empty() ? "" : " ") + variable;
  }
  return mistake("E020", "unknown name '" + name + "'",
                 (nearest.empty() ? "" : "did you mean '" + nearest + "'? ") +
                     "variables here: " + (variables.empty() ? "none" : variables));
}

// Lua says "expression:LINE: what near 'token'". The line stays if there are several.
std::string withoutPrefix(const std::string& message, std::string_view text) {
  if (message.compare(0, kLuaPrefix.size(), kLuaPrefix) != 0) return message;
  const auto colon = message.find(": ", kLuaPrefix.size());
  if (colon == std::string::npos) return message;
  const auto line = message.substr(kLuaPrefix.size(), colon - kLuaPrefix.size());
  const bool several = text.find('\n') != std::string_view::npos;
  return (several ? "line " + line + ": " : "") + message.substr(colon + 2);
}

// The token that Lua's message names ("... near 'token'"), empty for the end of the text.
std::string_view namedToken(std::string_view message) {
  const auto near = message.rfind(" near '");
  if (near == std::string_view::npos) return {};
  const auto token = message.substr(near + 7);
  return token.substr(0, token.size() - 1);
}

// Lua names the token but not its column. The shortest beginning of the text that Lua refuses for
// something else than its end shows how far Lua read: the token is the last such one in it.
std::size_t findMistake(LuaSandbox& sandbox, const LuaProgram& program,
                        std::span<const Token> tokens) {
  LuaProgram part = program;
  for (std::size_t read = 0; read + 1 < tokens.size(); ++read) {
    part.text = program.text.substr(0, tokens[read].offset + tokens[read].text.size());
    const auto status = sandbox.check(part);
    const auto token = status.ok() ? std::string_view() : namedToken(status.message());
    if (token.empty()) continue;
    for (std::size_t i = read + 1; i > 0; --i) {
      if (tokens[i - 1].text == token) return tokens[i - 1].offset;
    }
    return tokens[read].offset;
  }
  return tokens.back().offset;
}

std::uint64_t nextProgramId() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

LuaProgram luaProgram(const std::string& text, const std::vector<ExpressionRead>& reads,
                      const std::vector<std::string>& variables) {
  LuaProgram program{nextProgramId(), text, {}, {}};
  for (std::size_t slot = 0; slot < variables.size(); ++slot) {
    const bool read = std::any_of(reads.begin(), reads.end(), [&](const ExpressionRead& known) {
      return known.variable == variables[slot];
    });
    if (!read) continue;
    program.names.push_back(variables[slot]);
    program.slots.push_back(static_cast<std::uint32_t>(slot));
  }
  return program;
}

}  // namespace

Result<Expression> Expression::compile(std::string text, const ExpressionScope& scope,
                                       ExpressionPlace* place) {
  auto code = std::make_shared<Code>();
  code->text = std::move(text);
  const auto tokens = tokenize(code->text);
  const auto at = [&](std::size_t offset) {
    if (place != nullptr) *place = placeOf(code->text, offset);
  };
  if (tokens.size() == 1) {
    at(0);
    return mistake("E020", "the expression is empty", "write 'nil' if that is meant");
  }
  code->reads = scanReads(tokens, scope.variables);
  NativeParser parser(tokens, scope.variables);
  auto native = parser.parse();
  if (!parser.mistake().empty()) {
    at(parser.stoppedAt());
    return mistake("E021", parser.mistake());
  }
  if (native && !scope.force_lua) {
    code->native = std::move(native);
    return Expression(std::move(code));
  }
  const auto& globals = scope.functions->globals();
  const auto known = [&](std::string_view name) {
    return std::find(scope.variables.begin(), scope.variables.end(), name) !=
               scope.variables.end() ||
           std::find(globals.begin(), globals.end(), name) != globals.end();
  };
  code->lua = luaProgram(code->text, code->reads, scope.variables);
  LOCKSTEP_ASSIGN(const auto sandbox, LuaSandbox::create(scope.functions->text(), {}));
  if (const auto status = sandbox->check(code->lua); !status.ok()) {
    at(findMistake(*sandbox, code->lua, tokens));
    return mistake("E020", withoutPrefix(status.message(), code->text));
  }
  if (const Token* unknown = findUnknownName(tokens, known)) {
    at(unknown->offset);
    return unknownName(*unknown, scope);
  }
  return Expression(std::move(code));
}

Value Expression::evaluate(Bindings bindings, Arena& arena, ExpressionContext& context) const {
  try {
    if (code_->native) return code_->native->run(bindings, arena, context.tools());
    return context.lua().evaluate(code_->lua, bindings, arena);
  } catch (const EvalError& error) {
    throw EvalError(code_->text, withoutPrefix(error.cause(), code_->text));
  }
}

std::optional<Value> Expression::constant() const {
  return code_->native ? code_->native->constant() : std::nullopt;
}

bool Expression::isNative() const { return code_->native.has_value(); }

const std::string& Expression::text() const { return code_->text; }

const std::vector<ExpressionRead>& Expression::reads() const { return code_->reads; }

bool Expression::readsVariable(std::string_view name) const {
  return std::any_of(code_->reads.begin(), code_->reads.end(),
                     [&](const ExpressionRead& read) { return read.variable == name; });
}

}  // namespace lockstep
