"""Line types: a firm's own in revisions, lines that keep theirs, pages that show what a type brings."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.config import messages
from gearpark.contexts.shopfloor import services
from gearpark.contexts.shopfloor.queries import line, line_types
from gearpark.contexts.shopfloor.services import (
    move_lines,
    retire_line_type,
    save_calendar,
    save_line,
    save_line_type,
)
from gearpark.contexts.shopfloor.types import EDIT, VIEW, LineWanted
from gearpark.contexts.shopfloor.views.silhouettes import SHAPES, silhouette
from gearpark.engines import lines as engine
from gearpark.engines.calendars import shipped
from gearpark.engines.lines import asset_types, template, template_codes, template_text
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
A = Scope(org="firm-a", orgs=frozenset({"firm-a"}), rights=frozenset({VIEW, EDIT}), actor="person:a")
B = Scope(org="firm-b", orgs=frozenset({"firm-b"}), rights=frozenset({VIEW, EDIT}), actor="person:b")
OWN = template_text("die-casting").replace('\ncode = "die-casting"', '\ncode = "our-casting"')
NEXT = OWN.replace('title_en = "Trim"', 'title_en = "Trim and mark"')


def wanted(**more: object) -> LineWanted:
    given = {
        "asset": "fa-l1",
        "name_en": "Line 1",
        "template": "our-casting",
        "calendar": "three-shift",
        "plan": 150,
    }
    return LineWanted(**{**given, **more})  # type: ignore[arg-type]


def test_revisions_never_change_and_lines_keep_theirs() -> None:
    with acting(A):
        assert save_line_type(A, OWN, note="first").revision == 1
        assert save_line_type(A, OWN.replace("\n", "\r\n")).revision == 1
        save_calendar(A, shipped("three-shift"))
        save_line(A, wanted())
        assert save_line_type(A, NEXT, note="marking").revision == 2
        held = line(A, "fa-l1")
        assert held.template.operation(30).title_en == "Trim"  # type: ignore[union-attr]
        save_line(A, wanted(plan=160, type_digest=held.type_digest))
        assert line(A, "fa-l1").template.operation(30).title_en == "Trim"  # type: ignore[union-attr]
        info = line_types.line_type(A, "our-casting")
        assert [r.revision for r in info.revisions] == [2, 1]
        assert [use.asset for use in info.behind] == ["fa-l1"]
        assert move_lines(A, "our-casting") == ["fa-l1"]
        assert line(A, "fa-l1").template.operation(30).title_en == "Trim and mark"  # type: ignore[union-attr]
        assert move_lines(A, "our-casting") == []


def test_the_own_type_goes_first_and_another_firm_never_sees_it() -> None:
    own = template_text("gear-machining").replace(
        'title_en = "Gear machining line"', 'title_en = "Our gears"'
    )
    with acting(A):
        save_line_type(A, own)
        assert line_types.shape("gear-machining").title_en == "Our gears"
        assert line_types.line_type(A, "gear-machining", revision=0).shape.title_en == "Gear machining line"
        chosen = [(t.org, t.code) for t in line_types.line_types(A, of_org="firm-a")]
        assert ("firm-a", "gear-machining") in chosen
        assert ("", "gear-machining") not in chosen
        digest = line_types.line_type(A, "gear-machining").revisions[0].digest
    with acting(B):
        assert line_types.shape("gear-machining").title_en == "Gear machining line"
        assert not line_types.line_type(B, "gear-machining").own
        save_calendar(B, shipped("three-shift"))
        with pytest.raises(Problem, match=r"lines\.template_unknown"):
            save_line(B, wanted(asset="fb-l1", template="gear-machining", type_digest=digest))


def test_a_retired_type_cannot_be_chosen_and_comes_back() -> None:
    with acting(A):
        save_line_type(A, NEXT)
        save_line_type(A, OWN)
        save_calendar(A, shipped("three-shift"))
        save_line(A, wanted())
        retire_line_type(A, "our-casting")
        assert "our-casting" not in [t.code for t in line_types.line_types(A)]
        with pytest.raises(Problem, match=r"lines\.template_unknown"):
            save_line(A, wanted(asset="fa-l2"))
        assert line(A, "fa-l1").template.code == "our-casting"
        retire_line_type(A, "our-casting", back=True)
        save_line(A, wanted(asset="fa-l2"))
        retire_line_type(A, "our-casting")
        save_line_type(A, NEXT)  # a new revision is there to be used
        assert "our-casting" in [t.code for t in line_types.line_types(A)]


def test_a_revision_a_line_does_not_fit_moves_nothing() -> None:
    with acting(A):
        save_line_type(A, OWN)
        save_calendar(A, shipped("three-shift"))
        save_line(A, wanted(bindings={"xr40": "old-xray"}))
        broken = OWN.replace('code = "xr40", type', 'code = "xr41", type')
        save_line_type(A, broken)
        with pytest.raises(Problem, match=r"shopfloor\.binding_unknown"):
            move_lines(A, "our-casting")
        assert line(A, "fa-l1").asset_of("xr40") == "old-xray"


def test_faults_store_nothing_and_too_many_types_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(A):
        with pytest.raises(Problem, match=r"lines\.template_broken"):
            save_line_type(A, OWN.replace("life_parts = 9000", "life_parts = 0"))
        assert all(not t.own for t in line_types.line_types(A))
        monkeypatch.setattr(services.line_types, "MAX_TYPES", 1)
        save_line_type(A, OWN)
        with pytest.raises(Problem, match=r"shopfloor\.too_many_line_types"):
            save_line_type(A, OWN.replace("our-casting", "our-second"))
    viewer = Scope(org="firm-a", orgs=frozenset({"firm-a"}), rights=frozenset({VIEW}), actor="person:v")
    with pytest.raises(Problem, match=r"kit\.right_missing"):
        save_line_type(viewer, OWN)


def test_a_line_takes_the_phase_of_its_type_unless_told() -> None:
    with acting(A):
        save_calendar(A, shipped("two-shift-0630"))
        built = wanted(template="body-welding", calendar="two-shift-0630", plan=40)
        assert save_line(A, built).phase == "commissioning"
        later = wanted(template="body-welding", calendar="two-shift-0630", plan=40, phase="production")
        assert save_line(A, later).phase == "production"


# -- pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_type_has_a_page_with_drawing_and_reasons(
    signed_in: Callable[..., Client], language: str
) -> None:
    client = signed_in("firm-a", "viewer")
    text = client.get("/lines/types/", headers={"accept-language": language}).content.decode()
    for code in template_codes():
        shape = template(code)
        assert shape.title(language) in text
        page = client.get(f"/lines/types/{code}/", headers={"accept-language": language}).content.decode()
        for row in (*shape.operations, *shape.characteristics, *shape.stop_reasons, *shape.tool_classes):
            assert row.title("en").replace("'", "&#x27;") in page
            assert row.title("zh") in page
        assert all(f'data-unit="{d.code}"' in page for d in shape.devices)
        sent = client.get(f"/lines/types/{code}/document.toml")
        assert sent.content.decode() == template_text(code)
        assert "attachment" in sent["Content-Disposition"]


def test_a_type_is_uploaded_shown_and_its_faults_are_told_in_chinese(
    signed_in: Callable[..., Client],
) -> None:
    client = signed_in("firm-a", "firm-admin")
    assert (
        template_text("die-casting")[:60]
        in client.get("/lines/new-type/?from=die-casting").context["form"]["document"].value()
    )
    bad = OWN.replace("life_parts = 9000", "life_parts = 0")
    answer = client.post("/lines/new-type/", {"document": bad}, headers={"accept-language": "zh-hans"})
    assert "刀具类别 &#x27;DIE-GH&#x27;：life_parts 须大于 0" in answer.content.decode()
    file = SimpleUploadedFile("line.toml", OWN.encode())
    answer = client.post("/lines/new-type/", {"file": file, "note": "ours"}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("/lines/types/our-casting/?org=firm-a")
    assert "ours" in answer.content.decode()
    assert client.post("/lines/new-type/", {"document": ""}).status_code == 200
    binary = SimpleUploadedFile("line.toml", b"\xff\xfe\x00")
    assert "UTF-8" in client.post("/lines/new-type/", {"file": binary}).content.decode()
    assert client.post("/lines/types/our-casting/change/", {"what": "retire"}).status_code == 302
    assert "our-casting" not in client.get("/lines/types/").content.decode()


def test_setting_up_a_line_shows_what_the_type_brings(signed_in: Callable[..., Client]) -> None:
    with acting(A):
        save_calendar(A, shipped("three-shift"))
    client = signed_in("firm-a", "firm-admin")
    page = client.get("/lines/new/").content.decode()
    assert 'hx-get="/lines/type-brief/"' in page
    assert "Upsetting press" not in page
    brief = client.get(
        "/lines/type-brief/?template=axle-shaft", headers={"accept-language": "en"}
    ).content.decode()
    assert "Heat and upset flange → Quench and temper" in brief
    assert client.get("/lines/type-brief/?template=nothing").status_code == 404


def test_the_api_gives_types_with_their_document(signed_in: Callable[..., Client]) -> None:
    client = signed_in("firm-a", "viewer")
    rows = {row["code"]: row for row in client.get("/api/v1/shopfloor/line-types").json()}
    assert set(rows) == set(template_codes())
    assert rows["body-welding"]["phase"] == "commissioning"
    gears = client.get("/api/v1/shopfloor/line-types/gear-machining").json()
    assert gears["document"] == template_text("gear-machining")
    assert [o["op"] for o in gears["operations"]] == [o.op for o in template("gear-machining").operations]
    assert {c["signal"] for c in gears["characteristics"]} >= {"f_alpha_um", "case_depth_mm"}
    assert client.get("/api/v1/shopfloor/line-types/nothing").status_code == 404


def test_every_shape_is_drawn_and_inside_reason() -> None:
    shapes = {t.shape for t in asset_types().values()} - {"gantry", "robot", "conveyor", "vehicle", "buffer"}
    assert shapes <= SHAPES
    for shape in SHAPES:
        path = silhouette(shape, 0, 0, 84, 72)
        assert path.startswith("M")
        assert path.endswith("Z")


def test_every_fault_has_chinese_words() -> None:
    folder = Path(engine.__file__).parent
    texts = {
        node.args[0].value
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Fault", "Unreadable")
        and node.args and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert len(texts) > 50
    known = {e.msgid for path in messages.catalogues() for e in polib.pofile(str(path)) if e.msgstr}
    assert texts <= known, sorted(texts - known)
