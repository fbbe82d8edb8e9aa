"""Sheets: dry run with row errors and differences, then all rows or none; hostile files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from openpyxl import Workbook
from tests.factories.registry import organisation, scope_of, signed_in

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.contexts.registry import public, services
from gearpark.contexts.registry.types import ChangeKind, DryRun
from gearpark.kit import sheets
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
PARK = scope_of("qijiang-park", park=True)


def _csv(*lines: str, encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def _run(data: bytes, what: str = "firms", name: str = "sheet.csv") -> DryRun:
    return services.dry_run(PARK, what, name, data, now_utc())


def _xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_dry_run_writes_nothing_and_apply_writes_what_it_showed() -> None:
    organisation("old", name_zh="旧厂", name_en="", state="signed", staff=5)
    organisation("same", name_zh="同", name_en="", state="signed")
    run = _run(_csv("slug,name_zh,staff,state", "new,新厂,12,building", "old,旧厂,9,", "same,同,,signed"))
    assert [change.kind for change in run.changes] == [
        ChangeKind.NEW,
        ChangeKind.CHANGED,
        ChangeKind.UNCHANGED,
    ]
    assert [change.row for change in run.changes] == [2, 3, 4]
    assert run.changes[1].fields == {"staff": ("5", "9")}
    with acting(PARK):
        assert {firm.slug for firm in public.organisations(PARK)} == {"old", "same"}
    assert services.apply_ticket(PARK, run.ticket, now_utc()) == {
        "new": 1,
        "changed": 1,
        "unchanged": 1,
        "wrong": 0,
    }
    with acting(PARK):
        assert public.organisation(PARK, "new").staff == 12
        assert public.organisation(PARK, "old").staff == 9
    with pytest.raises(Problem, match="import_done"):
        services.apply_ticket(PARK, run.ticket, now_utc())


def test_wrong_rows_are_named_and_block_the_whole_sheet() -> None:
    run = _run(
        _csv(
            "slug,name_zh,uscc,group",
            "good,好,,",
            "Bad Slug,坏,,",
            "check,坏,91350100M000100Y44,",
            "good,再来,,",
            ",无名,,",
            "grp,组,,nowhere",
            "noname,,,",
        )
    )
    wrong = {change.row: list(change.errors) for change in run.changes if change.kind is ChangeKind.WRONG}
    assert wrong == {3: ["slug"], 4: ["uscc"], 5: ["slug"], 6: ["slug"], 7: ["group"], 8: ["name_zh"]}
    assert not run.applicable
    with pytest.raises(Problem, match="import_wrong_rows"):
        services.apply_ticket(PARK, run.ticket, now_utc())


def test_a_code_twice_in_the_sheet_or_the_register_is_wrong() -> None:
    organisation("holder", uscc="91350100M000100Y43")
    run = _run(
        _csv(
            "slug,name_zh,uscc",
            "a,甲,91350100M000100Y43",
            "b,乙,91110000600037341L",
            "c,丙,91110000600037341L",
        )
    )
    assert [change.kind.value for change in run.changes] == ["wrong", "new", "wrong"]


def test_assets_in_a_sheet() -> None:
    organisation("qichi")
    data = _xlsx(
        [
            ["id", "type", "name", "path", "serial number"],
            ["m1", "robot", "Robot 1", "qichi/site/area/l1/m1", 1042.0],
            ["m2", "robot", "Robot 2", "qichi/site/area/l1/m2", None],
            ["m3", "", "x", "qichi/site/area/l1/m3", None],
            ["m4", "robot", "x", "qichi/site/area/l1/m1", None],
        ]
    )
    run = _run(data, "assets", "sheet.xlsx")
    assert {change.row: list(change.errors) for change in run.changes if change.errors} == {
        4: ["type"],
        5: ["path"],
    }
    run = _run(_csv("id,type,path", "m1,robot,qichi/site/area/l1/m1"), "assets")
    services.apply_ticket(PARK, run.ticket, now_utc())
    with acting(PARK):
        node = public.asset(PARK, "m1")
        assert (node.org, node.level, node.parent) == ("qichi", "unit", "qichi-site-area-l1")


def test_what_only_the_database_knows_shows_in_the_dry_run() -> None:
    public.upsert_assets(scope_of("other"), [public_asset("taken")])
    mine = scope_of("qichi")
    run = services.dry_run(
        mine, "assets", "a.csv", _csv("id,type,path", "taken,robot,qichi/s/taken"), now_utc()
    )
    assert run.changes[-1].kind is ChangeKind.WRONG
    assert "used elsewhere" in run.changes[-1].errors["assets"]


def public_asset(key: str):
    from gearpark.base.wire import AssetInfo

    return AssetInfo(key, "robot", key, f"other/s/{key}")


def test_a_firm_imports_only_its_own_things() -> None:
    organisation("firm-a")
    mine = scope_of("firm-a")
    run = services.dry_run(mine, "firms", "f.csv", _csv("slug,name_zh", "firm-b,乙"), now_utc())
    assert run.counts["wrong"] == 1
    run = services.dry_run(mine, "assets", "a.csv", _csv("id,type,path", "x,robot,firm-b/s/x"), now_utc())
    assert run.counts["wrong"] == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sheet.empty"),
        (b"slug,name_zh\r\n", "sheet.empty"),
        (_csv("slug,name_zh,colour", "a,b,c"), "sheet.unknown_columns"),
        (_csv("slug,slug,name_zh", "a,b,c"), "sheet.columns"),
        (_csv("name_zh", "b"), "sheet.columns"),
        (_csv("slug,name_zh", "a,b,c,d"), "sheet.row_too_long"),
        (b"\x00\x01\x02 binary", "sheet.unreadable"),
        (b"PK\x03\x04 broken zip", "sheet.unreadable"),
        (b"\xff\xfe\xff\xff" * 10, "sheet.unreadable"),
        (_csv("slug,name_zh", '"a,b'), "sheet.unreadable"),
        (_csv("slug," + ",".join("x" * 80), "a"), "sheet.too_wide"),
        (b"x" * (sheets.MAX_SHEET_BYTES + 1), "sheet.too_big"),
        (_csv("slug,name_zh", *(f"s{n},x" for n in range(sheets.MAX_SHEET_ROWS + 1))), "sheet.too_many_rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_and_broken_files_are_problems(data: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        _run(data)
    assert caught.value.code == code


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.MAX_SHEET_UNPACKED_BYTES + 1))
    with pytest.raises(Problem, match=r"sheet\.too_big"):
        _run(out.getvalue(), name="bomb.xlsx")


def test_chinese_spreadsheets_in_gb18030_are_read() -> None:
    run = _run(_csv("slug,name_zh", "jia,綦江齿轮厂", encoding="gb18030"))
    assert run.changes[0].title == "綦江齿轮厂"


def test_the_pages_upload_show_and_apply() -> None:
    client = signed_in("qijiang-park", "park-admin")
    sheet = io.BytesIO(_csv("slug,name_zh", "neu,新"))
    sheet.name = "firms.csv"
    answer = client.post("/import/", {"what": "firms", "file": sheet})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert b"neu" in page.content
    assert client.post(f"{answer['Location']}apply/").status_code == 200
    assert client.get("/firms/neu/").status_code == 200
    assert client.post(f"{answer['Location']}apply/").status_code == 409
    stranger = signed_in("qijiang-park", "park-admin")
    assert stranger.get(answer["Location"]).status_code == 404
