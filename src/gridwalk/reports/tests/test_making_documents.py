"""Making the three documents and taking them away: what stands in them, who may, what is noted."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pytest

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.core import files
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.core.queries import NotHere
from gridwalk.reports import actions, queries
from gridwalk.reports.tests.conftest import CAMPAIGN, JUNLIN, LINGULI, STREET, Street

MakeViewer = Callable[[Role, str], Viewer]
DISTRICT = "120105"


def made(viewer: Viewer, street: Street, kind: str, at: dt.datetime) -> tuple[StoredFile, bytes]:
    """A document and what its maker takes away."""
    stored = actions.make_report(actor=viewer, at=at, kind=kind, campaign_id=street.campaign.id)
    name, data = queries.open_report(viewer, stored.id, at=at)
    assert name == stored.name
    return stored, data


def book(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def row(sheet: Any, first: str, column: int = 1) -> list[Any]:
    """The row whose cell in ``column`` reads ``first``."""
    return next([c.value for c in cells] for cells in sheet.iter_rows() if cells[column - 1].value == first)


def texts(document: Any) -> str:
    return "\n".join(p.text for p in document.paragraphs)


def test_the_progress_workbook_gives_every_rate_as_a_pair(at: dt.datetime, street: Street, viewer: MakeViewer) -> None:
    _, data = made(viewer(Role.STREET_CENTRE, STREET), street, "progress", at)
    workbook = book(data)
    assert workbook.sheetnames == ["总览", "各社区", "各网格", "趋势", "口径", "数据编号"]
    overview = workbook["总览"]
    assert row(overview, "入户走访率", 2)[2:7] == ["户", 6, 13, 0.461, 7]
    assert row(overview, "人房关联率", 2)[2:7] == ["人", 3, 4, 0.75, 1]
    assert row(overview, "台账一致率", 2)[3:8] == ["—", "—", "—", "—", "尚未比对台账，不计入一致率。"]
    assert row(overview, "知晓率", 2)[7] == "尚未抽样。"
    assert row(overview, "单位走访率", 2)[3:6] == [0, 0, "—"]
    assert row(overview, "已登记原因，拒访", 2)[3] == 2
    assert overview["A2"].value == "数据截至 2026年10月13日 10:00。"
    lines = [[cell.value for cell in cells] for cells in overview.iter_rows()]
    note = next(n for n, line in enumerate(lines) if line[0] == "入户走访未完成的，按原因（户）：")
    assert lines[note + 1][1:4] == ["原因", "单位", "合计"], "the heading stands under its note"
    assert (lines[note + 2][0], lines[note + 2][2]) == ("未完成", "户"), "and the reasons under the heading"
    communities, grids = workbook["各社区"], workbook["各网格"]
    assert row(communities, "林古里")[1:10] == [2, "未明确", "", 2, 7, 0.285, 1, 4, 1]
    assert row(communities, "君临天下")[1:10] == [1, "未明确", "", 4, 6, 0.666, 2, 0, 4]
    assert row(communities, "合计")[4:10] == [6, 13, 0.461, 3, 4, 5]
    assert row(grids, "第一网格", 2)[:6] == ["林古里", "第一网格", "钱试员", "", 2, 4]
    assert row(grids, "第二网格", 2)[2:9] == ["未明确", "", 0, 3, 0, 0, 3]
    assert "本周新增" not in [c.value for c in grids[4]]  # a grid is one person's work
    assert [c.value for c in workbook["趋势"]["B"][3:]] == [1, 6, 6]
    assert len(workbook["趋势"]._charts) == 1
    definitions = workbook["口径"]
    assert row(definitions, "入户走访率", 2)[3] == "二(一)"
    first, *_, last, empty, note = [cells[0].value for cells in definitions.iter_rows(min_row=4)]
    assert (first, last, empty) == ("率一", "另列", None) and note.startswith("百分比只舍不入")


def test_a_workbook_prints_on_a4_and_a_name_is_never_a_formula(
    at: dt.datetime, street: Street, viewer: MakeViewer
) -> None:
    actor = dataclasses.replace(viewer(Role.STREET_CENTRE, STREET), name="=周&试")
    for kind, heads in (("progress", "$3:$3"), ("weekly", "$4:$5")):
        _, data = made(actor, street, kind, at)
        workbook = book(data)
        sheet = workbook.worksheets[0]
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows == heads
        assert sheet.oddFooter.left.text == "=周&&试 2026年10月13日 10:00 导出"
        assert not any(c.data_type == "f" for s in workbook for cells in s.iter_rows() for c in cells)
        assert any(CAMPAIGN in str(c.value) for cells in sheet.iter_rows() for c in cells)


def test_the_weekly_form_counts_what_was_done_since_monday(at: dt.datetime, street: Street, viewer: MakeViewer) -> None:
    stored, data = made(viewer(Role.STREET_CENTRE, STREET), street, "weekly", at)
    sheet = book(data).active
    assert stored.name.endswith(".xlsx")
    assert sheet["A2"].value.split() == ["填报单位：光复道街道", "填报日期：2026年10月13日"]
    heads = [c.value for c in sheet[4]]
    line = dict(zip(heads, row(sheet, "林古里"), strict=True))
    assert [line[h] for h in ("应走访", "已走访", "本周新增", "已登记原因", "待走访")] == [7, 2, 1, 1, 4]
    assert (line["在册人员"], line["已关联"]) == (4, 3)
    assert row(sheet, "合计")[1:6] == [13, 6, 5, 3, 4]


def test_the_summary_says_what_the_figures_say(at: dt.datetime, street: Street, viewer: MakeViewer) -> None:
    stored, data = made(viewer(Role.STREET_CENTRE, STREET), street, "summary", at)
    document = docx.Document(io.BytesIO(data))
    text = texts(document)
    assert stored.name.endswith(".docx")
    assert "数据截至 2026年10月13日 10:00" in text
    for said in (
        "6 / 13 户",
        "46.1%",
        "孙试长（街道主任）",
        "尚未比对台账",
        "尚未抽样",
        "拒访 2 户",
        "还没去 1 户",
        "行动阶段2026年10月8日至10月30日；总结阶段2026年10月31日至11月13日。分批推进：试点自2026年10月8日起；",
    ):
        assert said in text, said
    headings = [p.text for p in document.paragraphs if p.text[1:2] == "、" or p.text[2:3] == "、" or p.text[:1] == "（"]
    assert headings[1:] == [
        "一、基本情况",
        "二、主要做法",
        "（一）分步推进",
        "（二）压实责任",
        "（三）减少打扰居民",
        "三、五个100%完成情况",
        "（一）入户走访率",
        "（二）关注率",
        "（三）台账一致率",
        "（四）人房关联率、房屋居住已明率",
        "（五）知晓率",
        "四、未完成原因",
        "五、数据核查",
        "六、发现和整改",
        "七、数据前后对比",
        "八、减轻负担",
        "九、经验做法",
        "十、存在问题",
        "十一、下一步",
    ]
    # 13 doors over the 17 working days of the action phase: 13 × 4 / 17 ≈ 3 by the fourth; 6 are done, so none is late
    assert "比计划少" not in text
    assert "人房关联率尚差 1 人。" in text
    assert "2 个社区中 0 个、3 个网格中 1 个明确了责任人" in text
    assert "林古里、林古里第二网格、君临天下、君临天下第一网格没有责任人。" in text
    assert "还没去的，按楼栋单元排进每日清单，共 1 户。" in text
    table = [[c.text for c in r.cells] for r in document.tables[0].rows]
    assert [next(r for r in table if r[0].startswith("林古里"))[i] for i in (1, 2)] == ["2 / 7", "28.5%"]
    page = document.sections[0]
    assert [round(side.mm) for side in (page.page_width, page.page_height) if side] == [210, 297]


def test_no_document_holds_a_resident_or_a_door(at: dt.datetime, street: Street, viewer: MakeViewer) -> None:
    for kind in actions.WRITERS:
        stored, data = made(viewer(Role.STREET_CENTRE, STREET), street, kind, at)
        if stored.name.endswith("docx"):
            document = docx.Document(io.BytesIO(data))
            everything = texts(document) + "".join(c.text for t in document.tables for r in t.rows for c in r.cells)
        else:
            everything = "".join(str(c.value) for s in book(data) for cells in s.iter_rows() for c in cells)
        assert "赵试" not in everything
        assert "01室" not in everything


def test_who_sees_counts_only_gets_progress_to_the_last_one_and_no_small_cell_of_what_is_protected(
    at: dt.datetime, street: Street, viewer: MakeViewer
) -> None:
    district = viewer(Role.DISTRICT_CENTRE, DISTRICT)
    workbook = book(made(district, street, "progress", at)[1])
    assert row(workbook["总览"], "入户走访率", 2)[3:7] == [6, 13, 0.461, 7]
    hidden = ["不公开", "不公开"]  # explained 3 of 7 that are left
    assert row(workbook["各社区"], "林古里")[4:10] == [2, 7, 0.285, *hidden, 1]
    assert row(workbook["各社区"], "君临天下")[4:10] == [4, 6, 0.666, *hidden, 4]
    assert row(workbook["各网格"], "第一网格", 2)[4:9] == [2, 4, 0.5, *hidden]
    assert row(workbook["各社区"], "合计")[4:10] == [6, 13, 0.461, *hidden, 5]
    assert row(workbook["总览"], "人房关联率", 2)[3:7] == ["不公开"] * 4
    assert row(workbook["总览"], "各种原因合计", 2)[3] == 7
    assert "不公开：" in workbook["各社区"]["A2"].value
    assert [c.value for c in workbook["趋势"]["B"][3:]] == [1, 6, 6]
    weekly = book(made(district, street, "weekly", at)[1]).active
    assert row(weekly, "林古里")[1:6] == [7, 2, 1, *hidden]
    text = texts(docx.Document(io.BytesIO(made(district, street, "summary", at)[1])))
    assert "拒访 2 户" not in text and "少于" not in text
    assert "不公开：" in text


def test_a_document_covers_what_its_maker_may_export_and_no_more(
    at: dt.datetime, street: Street, viewer: MakeViewer
) -> None:
    lead = viewer(Role.COMMUNITY_LEAD, JUNLIN)
    also_sees = dataclasses.replace(lead, assignments=(*lead.assignments, Held(Role.LEADING_GROUP, STREET)))
    for actor in (lead, also_sees):
        stored, data = made(actor, street, "weekly", at)
        sheet = book(data).active
        assert stored.scope == JUNLIN
        assert row(sheet, "合计")[1:6] == [6, 4, 4, 2, 0]
        assert not any(c.value == "林古里" for c in sheet["A"])
    both = dataclasses.replace(lead, assignments=(*lead.assignments, Held(Role.COMMUNITY_LEAD, LINGULI)))
    assert row(book(made(both, street, "weekly", at)[1]).active, "合计")[1:6] == [13, 6, 5, 3, 4]


def test_it_refuses_who_may_not_export_and_kinds_it_does_not_know(
    at: dt.datetime, street: Street, viewer: MakeViewer
) -> None:
    for actor in (
        viewer(Role.LEADING_GROUP, STREET),
        viewer(Role.GRID_WORKER, LINGULI + "001"),
        viewer(Role.STREET_CENTRE, "120105002"),
    ):
        with pytest.raises(NotHere):
            actions.make_report(actor=actor, at=at, kind="weekly", campaign_id=street.campaign.id)
    centre = viewer(Role.STREET_CENTRE, STREET)
    for kind, campaign in (("everything", street.campaign.id), ("weekly", uuid.uuid4())):
        with pytest.raises(NotHere):
            actions.make_report(actor=centre, at=at, kind=kind, campaign_id=campaign)
    assert not StoredFile.objects.exists()
    assert not AuditEntry.objects.filter(verb="report.made").exists()
    made(centre, street, "weekly", at)


def test_a_document_is_kept_encrypted_for_thirty_days_and_its_maker_s_alone(
    at: dt.datetime, street: Street, viewer: MakeViewer
) -> None:
    centre, district = viewer(Role.STREET_CENTRE, STREET), viewer(Role.DISTRICT_CENTRE, DISTRICT)
    stored, data = made(centre, street, "weekly", at)
    assert data[:2] == b"PK"
    assert b"PK\x03\x04" not in files.path_of(stored.id).read_bytes()
    assert stored.expires_at == at + dt.timedelta(days=30)
    listed, n = queries.reports(centre)
    assert ([f.id for f in listed], n) == ([stored.id], 1)
    assert queries.reports(district) == ([], 0)
    with pytest.raises(NotHere):
        queries.open_report(district, stored.id, at=at)
    with pytest.raises(NotHere):
        queries.open_report(centre, stored.id, at=at + dt.timedelta(days=30))
    noted = AuditEntry.objects.filter(subject=stored.id).order_by("id").values_list("verb", "scope")
    assert sorted(noted) == [("file.stored", STREET), ("report.downloaded", STREET), ("report.made", STREET)]
