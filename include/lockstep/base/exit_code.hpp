#pragma once

namespace lockstep {

/// Exit codes of the process (sysexits). A restart helps after kUnavailable, kDisk and kRestart
/// only.
enum class ExitCode : int {
  kOk = 0,
  kFindings = 1,  ///< lint, test or check found something
  kUsage = 64,    ///< wrong command line
  kData = 65,  ///< bad record with `errors: stop`, offsets lost, topic recreated, state and offsets
               ///< disagree
  kFileMissing = 66,    ///< an input file does not exist
  kUnavailable = 69,    ///< broker unreachable after `start_timeout`
  kBug = 70,            ///< broken invariant
  kOtherOwner = 73,     ///< another instance owns this application
  kDisk = 74,           ///< state folder or disk
  kRestart = 75,        ///< outcome unknown at shutdown, or rebuild budget spent: restart me
  kPermission = 77,     ///< authentication or ACL
  kConfiguration = 78,  ///< the file or a setting is wrong
};

}  // namespace lockstep
