#include "conversion/zip_archive.h"

#include "fuzz/fuzz.h"

namespace heed {

namespace {

void run_zip(std::string_view bytes) {
  const ZipArchive archive(std::as_bytes(std::span(bytes)), "x");
  for (const ZipArchive::Entry& entry : archive.entries()) {
    require(archive.read(entry).size() == entry.size, "a file has its size");
  }
}

std::vector<std::string> zip_seeds() {
  ZipWriter some, none;
  some.add("a", "abc");
  some.add("folder/b", std::string(300, 'b'));
  const std::string stored = some.finish();
  std::string deflated = stored;
  deflated[8] = 8;
  return {stored, deflated, none.finish()};
}

}  // namespace

const FuzzTarget kZipTarget{"zip", run_zip, zip_seeds};

}  // namespace heed
