#include "text/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>

#include "text/normalization.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

/// In lower case, without the last full stop. Such as also end sentences ("etc.", "usw.") are left
/// out: what follows them decides by its capital.
constexpr std::string_view kAbbreviations =
    // German
    "abb abs abschn adr allg anm art aufl bd bearb begr bes bspw bzgl bzw ca chr d.h dgl dipl dr "
    "ebd einschl engl entspr erg evtl exkl fam ff fig forts frl geb gegr gem gen ges gest ggf hd "
    "hl hr hrn hrsg i.d.r i.v ing inkl insb jh jhd jr kap kath kfm lfd lt m.e max mind min mio mrd "
    "mtl nachf nr o.ä o.g orig p.a phil pol pos prof rd rel resp s.o s.u sen sog spez st std str "
    "stv tel u.a u.u univ v.a verf vers vgl vorm wiss z.b z.t zit zul zw zzgl zzt "
    // English
    "adm assoc asst attn ave approx apr aug blvd brig capt cmdr cf col corp dec dept dist div e.g "
    "ed eds est esp feb ft gov hon i.e incl jan jun lt ltd maj messrs mr mrs ms mt nov oct pp prof "
    "rep rev sen sep sept sgt supt viz vol vols vs "
    // French
    "av bd boul c.-à-d chap cie env ex exp fig hab janv févr juill m mgr mlle mlles mm mme mmes "
    "oct p.ex p pag sept ste svt tél trad "
    // Spanish
    "admón apdo avda cap cía d da depto dña dpto dra ej excmo fdo gral ilmo lic lda ldo núm pág "
    "párr pdte p.ej prof profa prov sr sra sres srta sta sto tfno vda vol "
    // Italian
    "app arch avv cap cav comm cfr dott dott.ssa ecc egr fig geom gent ill ing mons naz on p.es "
    "pag pagg preg prof prof.ssa rag reg seg sig sig.ra sig.na spett tab ten "
    // Portuguese
    "dra eng exa exma exmo fls profa sra v.ex "
    // Dutch
    "a.u.b bijv blz d.w.z dhr drs enz evt excl i.p.v i.v.m ir jl m.a.w m.b.t m.i.v mej mevr mr nl "
    "n.a.v nrs o.a o.i.d plm red t.a.v t.o.v vnl w.o zgn "
    // Czech
    "apod atd bc cca č čl čp doc event fr gen ing judr kap kpt kr mgr mil mj mjr mld mudr např nám "
    "odst okr pí phdr plk popř por pplk ppor příp r resp rndr roč s sb sl sv šk tj tř tzn tzv ul "
    "vl zejm "
    // Polish
    "dł dyr gen godz im in inż itp kard ks lek mec mies mjr m.in np os pkt pl płk por pow prof "
    "prok przyp red reż rozdz ryc s str szt św tab tel tj tys tzn tzw ub ul ur w wg wł woj wyd "
    "zob zł "
    // Russian
    "в.ч г гг гл д до ж/д им кв корп куб обл оз пер пл пос пр просп р руб рис с св сек см ст стр "
    "т тел тыс т.е т.к т.н т.д ул ч чел экз";

const std::unordered_set<std::string_view>& abbreviations() {
  static const std::unordered_set<std::string_view> set = [] {
    const std::vector<std::string_view> words = split_words(kAbbreviations);
    return std::unordered_set<std::string_view>(words.begin(), words.end());
  }();
  return set;
}

/// Each thread has its own: they are made once and carry the text.
icu::BreakIterator& iterator() {
  thread_local const std::unique_ptr<icu::BreakIterator> own = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), error));
    if (U_FAILURE(error)) fail("expected ICU's rules for sentences, found {}", u_errorName(error));
    return made;
  }();
  return *own;
}

/// Places in the text, in bytes, where a sentence ends by Unicode's rules; the last is its end.
std::vector<std::size_t> unicode_breaks(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  UText* const view =
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &error);
  icu::BreakIterator& breaks = iterator();
  breaks.setText(view, error);
  std::vector<std::size_t> places;
  if (U_SUCCESS(error)) {
    for (int32_t at = breaks.next(); at != icu::BreakIterator::DONE; at = breaks.next()) {
      places.push_back(static_cast<std::size_t>(at));
    }
  }
  utext_close(view);
  if (places.empty() || places.back() != text.size()) places.push_back(text.size());
  return places;
}

/// The last word of a text, without what opens quotes and brackets before it; of long words, which
/// are no abbreviations, the end.
std::u32string last_word(std::string_view text) {
  constexpr std::size_t kMost = 80;  // bytes
  text.remove_prefix(text.size() - std::min(text.size(), kMost));
  const std::vector<std::string_view> words = unicode_words(text);
  std::u32string word = words.empty() ? U"" : decode_utf8(words.back());
  word.erase(word.begin(),
             std::ranges::find_if(word, [](char32_t c) { return !is_punctuation(c); }));
  return word;
}

/// "Dr.", "z.B.", "J.", "3.": a full stop that ends no sentence.
bool ends_in_abbreviation(std::string_view sentence) {
  std::u32string word = last_word(sentence);
  if (word.empty() || word.back() != U'.') return false;
  word.pop_back();
  if (word.empty()) return false;
  if (word.size() == 1 && is_capital(word[0])) return true;  // an initial
  constexpr std::size_t kOrdinal = 2;  // digits: a year ends a sentence, a day does not
  if (word.size() <= kOrdinal && std::ranges::all_of(word, is_number)) return true;
  return abbreviations().contains(lowercase(encode_utf8(word)));
}

/// Which quotes and brackets are open. German closes „ with “; » and « face either way.
class OpenMarks {
 public:
  void read(std::string_view text) {
    for (const char32_t c : decode_utf8(text)) read(c);
  }

  bool any() const { return brackets_ + low_ + high_ > 0 || has_straight_ || has_angle_; }

  /// Whether all are closed by what follows; quotes are not endless.
  bool are_closed_by(std::string_view rest) const {
    constexpr std::size_t kMost = 1000;  // bytes
    OpenMarks ahead = *this;
    for (const char32_t c : decode_utf8(rest.substr(0, kMost))) {
      ahead.read(c);
      if (!ahead.any()) return true;
    }
    return false;
  }

 private:
  void read(char32_t c) {
    if (c == U'"') {
      has_straight_ = !has_straight_;
    } else if (c == U'»' || c == U'«') {
      has_angle_ = !has_angle_;
    } else if (c == U'„') {
      ++low_;
    } else if (c == U'“' || c == U'”') {
      int& of = low_ > 0 ? low_ : high_;
      of = c == U'“' && low_ == 0 ? of + 1 : std::max(of - 1, 0);
    } else if (u_charType(static_cast<UChar32>(c)) == U_START_PUNCTUATION) {
      ++brackets_;
    } else if (u_charType(static_cast<UChar32>(c)) == U_END_PUNCTUATION) {
      brackets_ = std::max(brackets_ - 1, 0);
    }
  }

  int brackets_ = 0, low_ = 0, high_ = 0;
  bool has_straight_ = false, has_angle_ = false;
};

bool begins_small(std::string_view text) {
  const std::u32string characters = decode_utf8(text.substr(0, 32));
  const auto first =
      std::ranges::find_if(characters, [](char32_t c) { return is_letter(c) || is_number(c); });
  return first != characters.end() && is_small(*first);
}

/// Puts a sentence behind the others; a lone mark belongs to the one before it.
void add_sentence(std::string_view sentence, std::vector<std::string_view>& sentences) {
  sentence = strip_blank(sentence);
  if (sentence.empty()) return;
  if (sentences.empty() || has_words(sentence)) {
    sentences.push_back(sentence);
    return;
  }
  const char* const first = sentences.back().data();
  const char* const last = sentence.data() + sentence.size();
  sentences.back() = {first, static_cast<std::size_t>(last - first)};
}

}  // namespace

std::vector<std::string_view> split_sentences(std::string_view line) {
  std::vector<std::string_view> sentences;
  const std::string_view text = strip_blank(line);
  std::size_t begin = 0, read = 0;
  OpenMarks marks;
  for (const std::size_t end : unicode_breaks(text)) {
    const std::string_view sentence = text.substr(begin, end - begin), rest = text.substr(end);
    marks.read(text.substr(read, end - read));
    read = end;
    const bool is_quoting = marks.any() && marks.are_closed_by(rest);
    const bool goes_on = is_quoting || ends_in_abbreviation(sentence) || begins_small(rest);
    if (goes_on && !rest.empty()) continue;
    add_sentence(sentence, sentences);
    begin = end;
    marks = {};
  }
  return sentences;
}

}  // namespace heed
