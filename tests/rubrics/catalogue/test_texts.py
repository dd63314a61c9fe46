"""The texts of the catalogue: complete, distinct, in each language for itself, and true to the customer's terms."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from rubrics.catalogue.imports import Catalogue
from rubrics.frameworks.queries import ItemContent

HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
HALF_WIDTH_MARK = re.compile(r"[,;:!?()\"']")
FULL_WIDTH = re.compile(r"[\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]")
ADVERBS = ("rarely", "sometimes", "usually", "very", "从不", "很少", "偶尔", "有时", "经常", "总是", "非常")
# What the customer's own job guide calls its areas, duties and competencies.
TERMS = {
    "R1": "销售目标与策略制定", "R1.1": "目标分解与下达", "R1.2": "销售策略规划", "R1.3": "销售计划制定",
    "R1.4": "目标达成监控", "R2": "销售团队建设与管理", "R2.1": "团队组建与配置", "R2.2": "人才培养与发展",
    "R2.3": "绩效管理与激励", "R2.4": "团队文化建设", "R2.5": "日常管理与指导", "R3": "市场拓展与客户关系管理",
    "R3.1": "市场信息分析", "R3.2": "新市场与新客户开发", "R3.3": "重点客户关系维护", "R3.4": "客户投诉处理",
    "R4": "销售运营与支持", "R4.1": "销售流程优化", "R4.2": "销售数据管理", "R4.3": "销售工具与资源协调",
    "R4.4": "合同管理与回款跟踪", "R5": "汇报与沟通协调", "R5.1": "定期工作报告", "R5.2": "跨部门协作",
    "R5.3": "内部信息传达", "C1": "卓越的领导能力", "C2": "深厚的市场洞察力", "C3": "出色的沟通与谈判技巧",
    "C4": "强大的执行力与结果导向", "C5": "优秀的分析与解决问题能力", "C6": "良好的抗压能力与韧性",
    "C7": "高度的责任心与职业操守",
}  # fmt: skip
SHORT_NAMES = {
    "C1": "领导能力", "C2": "市场洞察力", "C3": "沟通谈判", "C4": "执行力", "C5": "分析解决问题", "C6": "抗压韧性",
    "C7": "责任操守", "R1": "目标策略", "R2": "团队建设", "R3": "市场客户", "R4": "运营支持", "R5": "汇报协调",
}  # fmt: skip


def items_of(catalogue: Catalogue) -> list[ItemContent]:
    return [item for dimension in catalogue.framework.dimensions for item in dimension.items]


def all_texts(catalogue: Catalogue) -> Iterator[tuple[str, dict[str, str]]]:
    yield "framework", catalogue.framework.name
    for dimension in catalogue.framework.dimensions:
        for text in (dimension.name, dimension.short_name, dimension.definition):
            yield dimension.code, text
        for item in dimension.items:
            for text in (item.name, item.definition, *item.anchors):
                yield item.code, text
    for profile in catalogue.profiles:
        yield from ((profile.code, text) for text in (profile.name, profile.purpose))
    for measure in catalogue.measures:
        texts = (measure.name, measure.definition, measure.source, measure.owner, measure.numerator)
        yield from ((measure.code, text) for text in (*texts, measure.denominator) if text)


def test_there_are_seven_competencies_of_three_behaviours_and_five_areas_of_twenty_duties(shipped: Catalogue) -> None:
    sizes = {dimension.code: len(dimension.items) for dimension in shipped.framework.dimensions}
    assert list(sizes) == [*(f"C{number}" for number in range(1, 8)), *(f"R{number}" for number in range(1, 6))]
    assert [sizes[f"C{number}"] for number in range(1, 8)] == [3] * 7
    assert [sizes[f"R{number}"] for number in range(1, 6)] == [4, 5, 4, 4, 3]
    assert len(items_of(shipped)) == 41


def test_items_are_numbered_within_their_dimension(shipped: Catalogue) -> None:
    for dimension in shipped.framework.dimensions:
        numbers = range(1, len(dimension.items) + 1)
        assert [item.code for item in dimension.items] == [f"{dimension.code}.{number}" for number in numbers]


def test_the_customers_terms_stay_as_they_are(shipped: Catalogue) -> None:
    names = {dimension.code: dimension.name["zh"] for dimension in shipped.framework.dimensions}
    names |= {item.code: item.name["zh"] for item in items_of(shipped)}
    assert {code: names[code] for code in TERMS} == TERMS
    short = {dimension.code: dimension.short_name["zh"] for dimension in shipped.framework.dimensions}
    assert short == SHORT_NAMES


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_anchors_and_no_two_definitions_are_alike(shipped: Catalogue, language: str) -> None:
    anchors = Counter(anchor[language] for item in items_of(shipped) for anchor in item.anchors)
    assert len(anchors) == 41 * 5
    definitions = Counter(item.definition[language] for item in items_of(shipped))
    assert len(definitions) == 41
    names = Counter(item.name[language] for item in items_of(shipped))
    assert len(names) == 41


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_levels_of_an_item_differ_in_more_than_a_word(shipped: Catalogue, language: str) -> None:
    for item in items_of(shipped):
        words = [units(anchor[language], language) for anchor in item.anchors]
        for lower in range(5):
            for higher in range(lower + 1, 5):
                shared = len(words[lower] & words[higher]) / min(len(words[lower]), len(words[higher]))
                assert shared < 0.5, f"{item.code} {language}: levels {lower + 1} and {higher + 1} read alike"


def units(text: str, language: str) -> set[str]:
    if language == "en":
        return set(re.findall(r"[a-z']+", text.lower())) - {"the", "a", "an", "and", "or", "of", "to", "in", "is", "it"}
    letters = "".join(HAN.findall(text))
    return {letters[place : place + 2] for place in range(len(letters) - 1)}


def test_levels_are_not_told_apart_by_adverbs(shipped: Catalogue) -> None:
    for item in items_of(shipped):
        for anchor in item.anchors:
            words = re.split(r"[^a-z]+", anchor["en"].lower())
            found = [adverb for adverb in ADVERBS if adverb in words or adverb in anchor["zh"]]
            assert found == [], f"{item.code}: {found}"


def test_every_text_is_written_in_its_own_language(shipped: Catalogue) -> None:
    for code, text in all_texts(shipped):
        assert HAN.search(text["zh"]), f"{code}: no Chinese in “{text['zh']}”"
        assert not LATIN.search(text["zh"]), f"{code}: English in “{text['zh']}”"
        assert LATIN.search(text["en"]), f"{code}: no English in “{text['en']}”"
        assert not FULL_WIDTH.search(text["en"]), f"{code}: Chinese in “{text['en']}”"


def test_punctuation_belongs_to_the_language(shipped: Catalogue) -> None:
    for code, text in all_texts(shipped):
        assert not HALF_WIDTH_MARK.search(text["zh"]), f"{code}: {text['zh']}"
        for words in text.values():
            assert words == words.strip(), f"{code}: {words}"
            assert "  " not in words, f"{code}: {words}"
            assert "—" not in words, f"{code}: {words}"


def test_sentences_end_like_sentences(shipped: Catalogue) -> None:
    for item in items_of(shipped):
        for text in (item.definition, *item.anchors):
            assert text["zh"].endswith("。"), f"{item.code}: {text['zh']}"
            assert text["en"].endswith("."), f"{item.code}: {text['en']}"
        assert item.name["zh"][-1] not in "。，", item.code
        assert item.name["en"][-1] not in ".,", item.code


def test_texts_are_long_enough_to_see_something_and_short_enough_to_be_read(shipped: Catalogue) -> None:
    for item in items_of(shipped):
        for anchor in item.anchors:
            assert 16 <= len(anchor["zh"]) <= 66, f"{item.code}: {anchor['zh']}"
            assert 50 <= len(anchor["en"]) <= 220, f"{item.code}: {anchor['en']}"
        assert len(item.name["zh"]) <= 12, item.code
        assert len(item.name["en"]) <= 44, item.code
    for dimension in shipped.framework.dimensions:
        assert len(dimension.short_name["zh"]) <= 6, dimension.code
        assert len(dimension.short_name["en"]) <= 15, dimension.code
