# Installed package (find_package(lockstep), target lockstep::lockstep) is added with the C++ face in src/api.
