"""PDF documents: tagged, in the one font, and with texts that stay texts."""

from typing import Any

import pytest

from web.documents.typesetting import typst_pdf

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def sample(**changes: Any) -> dict[str, Any]:
    return {
        "language": "zh",
        "title": "绩效结果报告",
        "subtitle": "欧阳娜娜",
        "facts": [["姓名", "龑㛃䶮"]],
        "sections": [
            {"heading": "能力", "text": "说明。\n第二行。", "picture": "radar", "alt": "雷达图"},
            {"heading": "得分", "text": "", "headings": ["维度", "得分", "要求"], "rows": [["执行力", "3.67", "4"]]},
            {"heading": "意见", "text": "", "comments": ["很好", "继续努力"]},
        ],
        "remark": {"heading": "备注", "text": "人数不足，不展示。"},
        "score": {"value": "3.67", "margin": "0.42", "grade": "B"},
        "signatures": ["本人", "上级"],
        **changes,
    }


def made(**changes: Any) -> bytes:
    return typst_pdf("sample", sample(**changes), {"radar": PICTURE})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_document_is_a_tagged_pdf_for_everyone(language: str) -> None:
    content = made(language=language)
    assert content.startswith(b"%PDF-")
    assert b"pdfuaid" in content
    assert b"NotoSansSC" in content


@pytest.mark.parametrize(
    "text",
    ['#panic("run")', '#read("/etc/passwd")', "*bold* $x^2$ @ref <label> // no", "\\u{0}", "#import", "]#pagebreak()["],
)
def test_what_looks_like_markup_stays_text(text: str) -> None:
    assert made(facts=[[text, text]], title=text, signatures=[text]).startswith(b"%PDF-")


UNUSUAL = ["𠮷田 😀👩\u200d👧", "ไทย العربية", "\x00\x07\ud800", "e" + "\u0301" * 500, "长" * 3000, "x" * 3000]


@pytest.mark.parametrize("text", UNUSUAL)
def test_any_characters_are_printed_or_replaced_but_never_an_error(text: str) -> None:
    assert made(facts=[["name", text]]).startswith(b"%PDF-")


def test_a_name_is_not_printed_with_invented_characters() -> None:
    assert made(facts=[["name", "龑"]]) != made(facts=[["name", "□"]])


@pytest.mark.parametrize("name", ["../layout", "/etc/passwd", "Sample", "", "a.b"])
def test_a_template_outside_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a template"):
        typst_pdf(name, sample())


@pytest.mark.parametrize("changes", [{"language": "de"}, {"title": " "}])
def test_a_document_without_language_or_title_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="language and its title"):
        typst_pdf("sample", sample(**changes))


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        made(score={"value": float("nan"), "margin": "", "grade": ""})
