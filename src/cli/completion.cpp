#include "src/cli/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep::cli {
namespace {

/// Inside single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string safe = "'";
  for (const char c : text) {
    if (c == '\'')
      safe += "'\\''";
    else
      safe += c;
  }
  return safe + "'";
}

std::string namesOf(const std::vector<CompletedVerb>& verbs) {
  std::vector<std::string_view> names;
  for (const auto& verb : verbs) names.push_back(verb.name);
  return fmt::format("{}", fmt::join(names, " "));
}

/// Value of a flag before the cursor, then flags, then the verb's argument.
std::string bashScript(const std::vector<CompletedVerb>& verbs) {
  std::string cases;
  for (const auto& verb : verbs) {
    std::string values;
    std::vector<std::string_view> flags;
    for (const auto& flag : verb.flags) {
      flags.push_back(flag.name);
      if (!flag.takes_value) continue;
      values += fmt::format("        {}) COMPREPLY=({}); return ;;\n", flag.name,
                            flag.choices.empty() ? "$(compgen -f -- \"$word\")"
                                                 : fmt::format("$(compgen -W '{}' -- \"$word\")",
                                                               fmt::join(flag.choices, " ")));
    }
    cases += fmt::format("    {})\n", verb.name);
    if (!values.empty()) cases += "      case \"$before\" in\n" + values + "      esac\n";
    cases += fmt::format("      words='{}'\n", fmt::join(flags, " "));
    if (!verb.choices.empty())
      cases += fmt::format("      arguments='{}'\n", fmt::join(verb.choices, " "));
    cases += "      ;;\n";
  }
  return fmt::format(
      R"(# bash completion of lockstep: source it, or put it into /etc/bash_completion.d
_lockstep() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" words= arguments=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{}' -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{}  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  elif [ -n "$arguments" ]; then
    COMPREPLY=($(compgen -W "$arguments" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
complete -o filenames -F _lockstep lockstep
)",
      namesOf(verbs), cases);
}

/// What stands between [ and ] of zsh's _arguments.
std::string zshText(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string zshScript(const std::vector<CompletedVerb>& verbs) {
  std::string list, cases;
  for (const auto& verb : verbs) {
    list += fmt::format("    {}\n", quoted(verb.name + ":" + zshText(verb.text)));
    cases += fmt::format("    {}) _arguments", verb.name);
    for (const auto& flag : verb.flags) {
      std::string value;
      if (flag.takes_value)
        value = flag.choices.empty() ? ":value:_files"
                                     : fmt::format(":value:({})", fmt::join(flag.choices, " "));
      cases +=
          " \\\n      " + quoted(fmt::format("*{}[{}]{}", flag.name, zshText(flag.text), value));
    }
    const auto argument = verb.choices.empty()
                              ? std::string("*:file:_files")
                              : fmt::format("*:argument:({})", fmt::join(verb.choices, " "));
    cases += " \\\n      " + quoted(argument) + " ;;\n";
  }
  return fmt::format(R"(#compdef lockstep
# zsh completion of lockstep: put it as _lockstep into a folder of $fpath
_lockstep() {{
  local -a verbs
  verbs=(
{}  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  local verb="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$verb" in
{}  esac
}}
compdef _lockstep lockstep
)",
                     list, cases);
}

std::string fishScript(const std::vector<CompletedVerb>& verbs) {
  std::string script =
      "# fish completion of lockstep: put it as lockstep.fish into ~/.config/fish/completions\n";
  for (const auto& verb : verbs) {
    script += fmt::format("complete -c lockstep -n __fish_use_subcommand -f -a {} -d {}\n",
                          verb.name, quoted(verb.text));
    const auto here =
        fmt::format("complete -c lockstep -n '__fish_seen_subcommand_from {}'", verb.name);
    for (const auto& flag : verb.flags) {
      script += fmt::format("{} -l {} -d {}", here, flag.name.substr(2), quoted(flag.text));
      if (!flag.choices.empty())
        script += fmt::format(" -x -a {}", quoted(fmt::format("{}", fmt::join(flag.choices, " "))));
      else if (flag.takes_value)
        script += " -r";
      script += "\n";
    }
    if (!verb.choices.empty())
      script += fmt::format("{} -f -a {}\n", here,
                            quoted(fmt::format("{}", fmt::join(verb.choices, " "))));
  }
  return script;
}

}  // namespace

std::optional<std::string> completionScript(std::string_view shell,
                                            const std::vector<CompletedVerb>& verbs) {
  if (shell == "bash") return bashScript(verbs);
  if (shell == "zsh") return zshScript(verbs);
  if (shell == "fish") return fishScript(verbs);
  return std::nullopt;
}

}  // namespace lockstep::cli
