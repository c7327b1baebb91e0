# shellcheck shell=bash
# The same with every expression in Lua.
workload_json_lua() { json_pairs json_lua; }
