# The installed package: find_package(lockstep), target lockstep::lockstep. Static libraries, their public headers, and
# a config file that finds what they were linked with. Component "library"; the program is installed by src/cli.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lockstep)
get_property(modules GLOBAL PROPERTY LOCKSTEP_LIBRARY_MODULES)
# lockstep_flags is our own build's; it is exported, as static libraries name all that they were linked with, but
# nothing of it reaches the user's compiler.
install(TARGETS ${modules} lockstep_library lockstep_flags
        EXPORT lockstep COMPONENT library
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/lockstep COMPONENT library
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(EXPORT lockstep NAMESPACE lockstep:: DESTINATION ${package_dir} COMPONENT library)

configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/lockstep-config.cmake.in
                              ${CMAKE_BINARY_DIR}/lockstep-config.cmake INSTALL_DESTINATION ${package_dir})
# 0.x: a minor version may change the interface.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/lockstep-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/lockstep-config.cmake ${CMAKE_BINARY_DIR}/lockstep-config-version.cmake
        DESTINATION ${package_dir} COMPONENT library)
