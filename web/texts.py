"""How names and identifiers are stored, compared and sorted."""

import unicodedata

from pypinyin import Style, lazy_pinyin

# Zero-width, joiner, soft hyphen, BOM and direction marks: invisible, so two identifiers could look the same.
INVISIBLE_CATEGORIES = frozenset({"Cf", "Cc", "Cs", "Co"})
# Characters that are read differently where they are a surname.
READINGS_OF_SURNAMES = {
    "单": "shan4", "曾": "zeng1", "仇": "qiu2", "解": "xie4", "查": "zha1", "盖": "ge3", "区": "ou1", "朴": "piao2",
    "翟": "zhai2", "种": "chong2", "乐": "yue4", "召": "shao4", "员": "yun4", "覃": "qin2", "冼": "xian3",
    "缪": "miao4", "宓": "mi4", "折": "she2", "黑": "he4", "秘": "bi4", "重": "chong2", "繁": "po2", "逄": "pang2",
    "任": "ren2", "宁": "ning4", "华": "hua4", "那": "na1", "燕": "yan1", "纪": "ji3", "应": "ying1", "尹": "yin3",
    "尉迟": "yu4 chi2", "长孙": "zhang3 sun1", "万俟": "mo4 qi2", "澹台": "tan2 tai2", "宿": "su4", "臧": "zang1",
    "单于": "chan2 yu2", "令狐": "ling2 hu2", "呼延": "hu1 yan2", "皇甫": "huang2 fu3", "鲜于": "xian1 yu2",
}  # fmt: skip


def stored_text(value: str) -> str:
    """NFC without space around it: the form in which every name is kept."""
    return unicodedata.normalize("NFC", value).strip()


def identifier(value: str) -> str:
    """A name for machines and sign-in as it is shown: NFC, no space around it, nothing invisible inside."""
    return "".join(
        character for character in stored_text(value) if unicodedata.category(character) not in INVISIBLE_CATEGORIES
    )


def unique_key(value: str) -> str:
    """What two spellings of the same identifier share: compatibility form, case folded, nothing invisible."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", identifier(value)).casefold())


def sort_key(name: str) -> str:
    """By what a name is sorted and found: Chinese as it is read, in one alphabet with all other letters.

    Surnames are read as surnames, accents are left out, shorter names come first, then tones and spelling decide.
    It is computed here and stored, so that both databases give the same order.
    """
    text = stored_text(name)
    parts = [_reading_of(part) for part in _surname_split(text)]
    syllables = " ".join(syllable for part in parts for syllable, _tone in part)
    tones = "".join(tone for part in parts for _syllable, tone in part)
    return f"{syllables}  {tones} {unique_key(text)}"[:400]


def _surname_split(text: str) -> list[tuple[str, str]]:
    for length in (2, 1):
        if reading := READINGS_OF_SURNAMES.get(text[:length]):
            return [(text[:length], reading), (text[length:], "")]
    return [(text, "")]


def _reading_of(part: tuple[str, str]) -> list[tuple[str, str]]:
    text, known = part
    raw = known.split() if known else lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    return [_syllable_and_tone(piece) for syllable in raw for piece in syllable.split()]


def _syllable_and_tone(syllable: str) -> tuple[str, str]:
    tone = syllable[-1] if syllable[-1] in "12345" and syllable[:-1].isalpha() else ""
    letters = unicodedata.normalize("NFKD", syllable.removesuffix(tone).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)), tone
