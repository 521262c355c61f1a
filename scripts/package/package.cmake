# What CPack needs to know; scripts/package.sh runs it.
set(CPACK_PACKAGE_NAME heed)
set(CPACK_PACKAGE_VENDOR "The Heed authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "neural machine translation on the command line")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL heed dev python)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/times.cmake)

# Debian packages.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
set(CPACK_DEBIAN_HEED_PACKAGE_NAME heed)
set(CPACK_DEBIAN_HEED_PACKAGE_SECTION science)
set(CPACK_COMPONENT_HEED_DESCRIPTION "Heed trains models on parallel text, translates with them in shell
 pipelines, and compares kinds of attention from flags. Small models from
 German to English and back, for descriptions of pictures, come with it.")
set(CPACK_DEBIAN_HEED_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_HEED_PACKAGE_CONTROL_EXTRA
  ${PROJECT_BINARY_DIR}/triggers ${PROJECT_BINARY_DIR}/shlibs)
file(WRITE ${PROJECT_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
file(WRITE ${PROJECT_BINARY_DIR}/shlibs
  "libheed-kernels ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} heed (= ${PROJECT_VERSION})\n"
  "libheed-c 1 heed (>= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libheed-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "heed (= ${PROJECT_VERSION}), libbz2-dev, libfmt-dev, libicu-dev, liblzma-dev, libsentencepiece-dev, libyaml-cpp-dev, libzstd-dev, zlib1g-dev")
set(CPACK_COMPONENT_DEV_DESCRIPTION "What a program in C++ or C needs to train, translate, score, align and evaluate
 by itself: headers, libraries, a package for CMake's find_package, and one for
 pkg-config.")

if(pybind11_FOUND)
  math(EXPR python_next "${Python3_VERSION_MINOR} + 1")
endif()
set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-heed)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "heed (= ${PROJECT_VERSION}), python3 (>= ${Python3_VERSION_MAJOR}.${Python3_VERSION_MINOR}), python3 (<< ${Python3_VERSION_MAJOR}.${python_next}), python3-numpy")
set(CPACK_COMPONENT_PYTHON_DESCRIPTION "import heed: translate, score, align, evaluate and train from Python 3.")

# What Debian wants in each package.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${PROJECT_BINARY_DIR}/changelog
  "heed (${PROJECT_VERSION}) bookworm; urgency=medium\n\n  * As CHANGELOG.md says.\n\n"
  " -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}\n")
execute_process(COMMAND gzip -9nc ${PROJECT_BINARY_DIR}/changelog
  OUTPUT_FILE ${PROJECT_BINARY_DIR}/changelog.gz COMMAND_ERROR_IS_FATAL ANY)
set(packages heed libheed-dev python3-heed)
foreach(component package IN ZIP_LISTS CPACK_COMPONENTS_ALL packages)
  set(folder ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES ${PROJECT_BINARY_DIR}/changelog.gz CHANGELOG.md DESTINATION ${folder}
    COMPONENT ${component})
  install(FILES LICENSE RENAME copyright DESTINATION ${folder} COMPONENT ${component})
endforeach()
include(CPack)
