"""Lists over HTTP: filters, sort, paging, chosen columns, saved views, sheets; SQL counts pinned."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from tests.factories import registry as make

from gearpark.kit.lists import plain_cell

pytestmark = pytest.mark.django_db
# scope (membership, organisation, settings, savepoints), session, person: 11; list: choices of filters 3, count, rows, choices
FIRM_LIST_QUERIES = 19


@pytest.fixture
def officer() -> Client:
    client = make.signed_in("qijiang-park", "park-admin")
    for number in range(60):
        make.organisation(
            f"firm-{number:02d}",
            name_en=f"Firm {number:02d}",
            state="signed" if number % 2 else "producing",
            staff=number or None,
        )
    return client


def _names(body: str) -> list[str]:
    return [f"firm-{number:02d}" for number in range(60) if f'href="/firms/firm-{number:02d}/"' in body]


def test_paging_filters_and_search(officer: Client) -> None:
    first = officer.get("/firms/?sort=slug").content.decode()
    assert len(_names(first)) == 50
    assert len(_names(officer.get("/firms/?sort=slug&page=2").content.decode())) == 10
    assert len(_names(officer.get("/firms/?state=signed").content.decode())) == 30
    assert _names(officer.get("/firms/?q=Firm 07").content.decode()) == ["firm-07"]
    assert (
        len(_names(officer.get("/firms/?state=nonsense&sort=-nothing&page=99999999999").content.decode())) > 0
    )
    assert officer.get("/firms/?q=%00%27--").status_code == 200


def test_unknown_numbers_sort_last_both_ways(officer: Client) -> None:
    for sort in ("staff", "-staff"):
        rows = list(
            csv.reader(
                io.StringIO(officer.get(f"/firms/?format=csv&sort={sort}").content.decode("utf-8-sig"))
            )
        )
        assert rows[-1][rows[0].index("staff")] == ""


def test_the_number_of_queries_does_not_grow_with_the_rows(officer: Client) -> None:
    counts = []
    for address in ("/firms/", "/firms/?q=Firm 07"):
        with CaptureQueriesContext(connection) as queries:
            officer.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= FIRM_LIST_QUERIES


def test_chosen_columns_stay_with_the_person(officer: Client) -> None:
    officer.get("/firms/?col=name&col=uscc")
    page = officer.get("/firms/?format=csv").content.decode("utf-8-sig")
    assert page.splitlines()[0] == "name,uscc"
    other = make.signed_in("qijiang-park", "park-admin")
    assert "staff" in other.get("/firms/?format=csv").content.decode("utf-8-sig").splitlines()[0]


def test_views_are_saved_and_removed(officer: Client) -> None:
    answer = officer.post("/firms/", {"view_name": "Signed", "query": "state=signed&page=3"})
    assert answer["Location"] == "/firms/?state=signed"
    assert "Signed" in officer.get("/firms/").content.decode()
    assert officer.post("/firms/", {"view_name": "", "query": "x"}).status_code == 400
    officer.post("/firms/", {"drop_view": "Signed"})
    assert 'href="?state=signed"' not in officer.get("/firms/").content.decode()


def test_sheets_hold_all_rows_and_no_formula(officer: Client) -> None:
    make.organisation("evil", name_en="=HYPERLINK(1)", name_zh="+1")
    rows = list(csv.reader(io.StringIO(officer.get("/firms/?format=csv").content.decode("utf-8-sig"))))
    assert len(rows) == 62
    assert "'=HYPERLINK(1)" in {cell for row in rows for cell in row}
    book = load_workbook(io.BytesIO(officer.get("/firms/?format=xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert len(cells) == sum(len(row) for row in rows)
    assert all(cell.data_type != "f" for cell in cells)
    assert officer.get("/firms/?format=pdf").status_code == 400


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_dangerous_text_is_quoted(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


def test_an_exported_list_imports_unchanged(officer: Client) -> None:
    from gearpark.base.time import now_utc
    from gearpark.contexts.registry.services import dry_run

    keys = ("slug", "name_zh", "name_en", "uscc", "state", "staff", "high_tech", "invented")
    data = officer.get("/firms/?format=csv&" + "&".join(f"col={key}" for key in keys)).content
    park = make.scope_of("qijiang-park", park=True)
    assert dry_run(park, "firms", "firms.csv", data, now_utc()).counts == {
        "new": 0,
        "changed": 0,
        "unchanged": 60,
        "wrong": 0,
    }
