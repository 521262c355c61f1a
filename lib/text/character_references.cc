#include "text/character_references.h"

#include <charconv>
#include <map>

#include "util/strings.h"

namespace heed {
namespace {

/// Names of characters from `first` on; "-" is one without a name.
struct Names {
  char32_t first;
  std::string_view names;
};

/// Those of HTML 4 and XML.
constexpr Names kNames[] = {
    {0x22, "quot - - - amp apos"},
    {0x3C, "lt - gt"},
    {0xA0,
     "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg "
     "plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest "
     "Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute "
     "Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc "
     "Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute "
     "ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide "
     "oslash ugrave uacute ucirc uuml yacute thorn yuml"},
    {0x152, "OElig oelig - - - - - - - - - - - - Scaron scaron"},
    {0x178, "Yuml"},
    {0x192, "fnof"},
    {0x2C6, "circ"},
    {0x2DC, "tilde"},
    {0x391,
     "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - "
     "Sigma Tau Upsilon Phi Chi Psi Omega - - - - - - - alpha beta gamma delta epsilon zeta eta "
     "theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega "
     "- - - - - - - thetasym upsih - - - piv"},
    {0x2002,
     "ensp emsp - - - - - thinsp - - zwnj zwj lrm rlm - - - ndash mdash - - - lsquo rsquo sbquo "
     "- ldquo rdquo bdquo - dagger Dagger bull - - - hellip - - - - - - - - - permil - prime "
     "Prime - - - - - lsaquo rsaquo - - - oline - - - - - frasl"},
    {0x20AC, "euro"},
    {0x2111, "image - - - - - - weierp - - - real - - - - - trade"},
    {0x2135, "alefsym"},
    {0x2190, "larr uarr rarr darr harr"},
    {0x21B5, "crarr"},
    {0x21D0, "lArr uArr rArr dArr hArr"},
    {0x2200,
     "forall - part exist - empty - nabla isin notin - ni - - - prod - sum minus - - - - lowast "
     "- - radic - - prop infin - ang - - - - - - and or cap cup int - - - - - - - - there4 - - - "
     "- - - - sim - - - - - - - - cong - - asymp"},
    {0x2260, "ne equiv - - le ge"},
    {0x2282, "sub sup nsub - sube supe"},
    {0x2295, "oplus - otimes"},
    {0x22A5, "perp"},
    {0x22C5, "sdot"},
    {0x2308, "lceil rceil lfloor rfloor"},
    {0x2329, "lang rang"},
    {0x25CA, "loz"},
    {0x2660, "spades - - clubs - hearts diams"},
};

const std::map<std::string_view, char32_t>& characters_by_name() {
  static const std::map<std::string_view, char32_t> all = [] {
    std::map<std::string_view, char32_t> characters;
    for (const Names& row : kNames) {
      char32_t character = row.first;
      for (const std::string_view name : split_words(row.names)) characters[name] = character++;
    }
    characters.erase("-");
    return characters;
  }();
  return all;
}

/// The character of "#228" or "#xE4"; 0: of none.
char32_t numbered(std::string_view name) {
  const bool is_hexadecimal = name.size() > 2 && (name[1] == 'x' || name[1] == 'X');
  name.remove_prefix(is_hexadecimal ? 2 : 1);
  std::uint32_t number = 0;
  const char* const end = name.data() + name.size();
  const auto result = std::from_chars(name.data(), end, number, is_hexadecimal ? 16 : 10);
  const bool is_one = result.ec == std::errc{} && result.ptr == end;
  const bool is_text = number >= 0x20 && (number < 0x7F || number > 0x9F) && number <= 0x10FFFF &&
                       (number < 0xD800 || number > 0xDFFF) && (number & 0xFFFE) != 0xFFFE &&
                       (number < 0xFDD0 || number > 0xFDEF);
  return is_one && is_text ? static_cast<char32_t>(number) : 0;
}

}  // namespace

CharacterReference character_reference_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 32;
  const std::string_view rest = text.substr(at, kLongest);
  const std::size_t end = rest.find(';');
  if (end == std::string_view::npos || end < 2) return {};
  const std::string_view name = rest.substr(1, end - 1);
  for (const char c : name) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && !(c >= '0' && c <= '9') && c != '#') return {};
  }
  CharacterReference reference{0, end + 1};
  if (name.front() == '#') {
    reference.character = numbered(name);
  } else if (const auto known = characters_by_name().find(name);
             known != characters_by_name().end()) {
    reference.character = known->second;
  }
  return reference;
}

}  // namespace heed
