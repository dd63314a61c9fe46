"""What the style guide shows: invented people, numbers and texts in both languages."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from web.charts.bars import Bar, bars_svg
from web.charts.pictures import Picture
from web.charts.radar import Series, radar_svg
from web.files.errors import CellProblem
from web.files.reading import read_table
from web.files.tables import Table
from web.language import localized

NOW = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)


def both(zh: str, en: str) -> dict[str, str]:
    """A text in both languages."""
    return {"zh": zh, "en": en}


PEOPLE = [
    {
        "name": name,
        "position": position,
        "unit": both("华东大区", "East region"),
        "score": score,
        "margin": margin,
        "state": state,
    }
    for name, position, score, margin, state in (
        ("王伟", both("大区销售经理", "Regional sales manager"), 3.67, 0.42, "active"),
        ("欧阳娜娜", both("高级销售代表", "Senior sales representative"), 4.12, 0.31, "done"),
        ("阿依古丽·买买提", both("销售代表", "Sales representative"), None, None, "waiting"),
        ("Nancy Davolio", both("销售代表", "Sales representative"), 2.85, None, "warning"),
    )
]
TONES = [
    ("draft", both("草稿", "Draft")),
    ("waiting", both("待处理", "Waiting")),
    ("active", both("进行中", "Open")),
    ("done", both("已完成", "Done")),
    ("warning", both("证据不足", "Not enough evidence")),
    ("danger", both("已退回", "Sent back")),
    ("locked", both("已锁定", "Locked")),
    ("hidden", both("不展示", "Hidden")),
    ("neutral", both("未开始", "Not begun")),
]
PHASES = [
    (both("计划", "Plan"), "done", both("1 月 8 日", "8 Jan")),
    (both("评价", "Rate"), "done", both("2 月 20 日", "20 Feb")),
    (both("评定等级", "Grade"), "current", both("截至 3 月 12 日", "until 12 Mar")),
    (both("隔级复核", "Second-line review"), "upcoming", None),
    (both("公布与确认", "Release and sign"), "upcoming", None),
]
ANCHORS = [
    both("回避冲突；意见不合时中断谈判。", "Avoids conflict; breaks off when opinions differ."),
    both(
        "能说明自己的立场，但很少回应对方的理由。",
        "States a position, but seldom answers the other side.",
    ),
    both("听清双方理由，常能就主要条款达成一致。", "Hears both sides and often reaches agreement on the main terms."),
    both(
        "事先了解对方利益，提出双方都能接受的方案。",
        "Knows their interests beforehand; proposes what both can accept.",
    ),
    both(
        "在僵局中找到新的方案，并使各方遵守约定。",
        "Finds a way out of deadlock; makes all sides keep to it.",
    ),
]
STATEMENT = both(
    "与客户谈判时，能在坚持底线的同时达成一致。",
    "Reaches agreement with customers without giving up what must be kept.",
)
TASKS = [
    SimpleNamespace(
        title=both("评价五位同事", "Rate five colleagues"),
        detail=both("已完成 2 份，共 5 份", "2 of 5 done"),
        due=NOW + timedelta(days=4),
        url="#",
        verb=both("继续评价", "Continue"),
        late=False,
    ),
    SimpleNamespace(
        title=both("确认下属的季度目标", "Confirm your team's targets"),
        detail=None,
        due=date(2026, 3, 1),
        url="#",
        verb=both("查看目标", "Look at targets"),
        late=True,
    ),
]
HISTORY = [
    (NOW, both("结果已公布", "Result released"), both("综合得分 96.40，等级 B", "Total 96.40, grade B"), "HR"),
    (NOW - timedelta(days=9), both("等级已评定", "Grade decided"), None, "Steven Buchanan"),
]
WHY = [
    (both("能力", "Competencies"), "40 % × 95.00", "38.00", "#"),
    (both("绩效指标", "KPIs"), "60 % × 97.33", "58.40", "#"),
]
LABELS = [
    both("领导能力", "Leadership"),
    both("市场洞察力", "Market insight"),
    both("沟通谈判", "Communication"),
    both("执行力", "Execution"),
    both("分析解决问题", "Problem solving"),
    both("抗压韧性", "Resilience"),
    both("责任操守", "Integrity"),
]
REQUIRED, OTHERS, OWN = (
    [4, 3, 4, 4, 3, 3, 4],
    [3.4, 3.9, 3.2, 4.3, 3.5, 3.1, 4.6],
    [4.3, 4.0, 4.3, 4.0, 3.7, 3.3, 5.0],
)
MARGINS = [0.3, 0.35, 0.3, 0.2, 0.25, 0.4, 0.3]
PROBLEMS = [
    CellProblem(3, "工号", both("此工号已有人使用。", "This employee number is already taken.")),
    CellProblem(7, "入职日期", both("“2026-13-01”不是日期。", "“2026-13-01” is not a date.")),
    CellProblem(None, "", both("共有两行是同一个人。", "Two rows are the same person.")),
]


def radar(hidden: bool = False) -> Picture:
    """A radar with all its series, or with one dimension that may not be shown."""
    others: list[Any] = [None if hidden and place == 4 else value for place, value in enumerate(OTHERS)]
    names = [localized(label) for label in LABELS]
    series = [
        Series(localized(both("岗位要求", "Required")), REQUIRED, "required"),
        Series(localized(both("他评（含误差范围）", "Others, with uncertainty")), others, "others", MARGINS),
        Series(localized(both("自评", "Own view")), OWN, "self"),
    ]
    return radar_svg(names, series, hidden=[names[4]] if hidden else [], title=localized(both("能力雷达", "Radar")))


def bars() -> Picture:
    """Bars of every kind."""
    cells = [
        Bar(localized(both("上级", "Manager")), 3.33, 0.5, role="named"),
        Bar(localized(both("同事与下属（合并展示）", "Peers and reports (pooled)")), 3.67, 0.31, note="n = 6"),
        Bar(localized(both("客户", "Customers")), hidden=localized(both("人数不足，不展示", "Fewer than 3 raters"))),
        Bar(localized(both("自评", "Own view")), 4.33, role="self"),
    ]
    return bars_svg(cells, required=4, title=localized(both("沟通谈判", "Communication")))


def radar_rows() -> list[list[Any]]:
    """The numbers of the radar."""
    return [list(row) for row in zip(LABELS, REQUIRED, OTHERS, OWN, strict=True)]


def preview_table() -> Table:
    """A file as an import shows it before anything is saved."""
    return read_table(BytesIO("工号,姓名,岗位\n1,王伟,销售代表\n2,=1+1,“经理”\n".encode("gb18030")), "people.csv")
