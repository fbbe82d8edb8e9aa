"""Every text that pages show has a Chinese translation with the same placeholders."""

from __future__ import annotations

from pathlib import Path

import polib

from gearpark.config import messages


def test_every_text_is_translated() -> None:
    gaps = messages.missing()
    assert not gaps, "\n".join(f"{path}: {text!r}" for path, text in gaps)


def test_placeholders_agree() -> None:
    wrong = []
    for path in messages.catalogues():
        for entry in polib.pofile(str(path)):
            if entry.msgid.startswith(("problem:", "finding:")):
                continue  # details fill these: tests/kit/test_problem_words.py
            texts = [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())
            named = messages.placeholders(entry.msgid) | messages.placeholders(entry.msgid_plural or "")
            wrong += [
                f"{path.name}: {entry.msgid!r}" for text in texts if messages.placeholders(text) - named
            ]
            if not entry.msgid_plural:
                wrong += [f"{entry.msgid!r}" for text in texts if named - messages.placeholders(text)]
    assert not wrong, "\n".join(wrong)


def test_compiling_writes_only_what_changed(tmp_path: Path) -> None:
    folder = tmp_path / "app" / "locale" / messages.LOCALE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Plot"\nmsgstr "地块"\n'
    )
    assert messages.compile_all(tmp_path) == 1
    assert messages.compile_all(tmp_path) == 0
    assert messages.translated(tmp_path) == {"Plot": "地块"}


def test_texts_are_found_in_templates_and_modules(tmp_path: Path) -> None:
    folder = tmp_path / "app" / "templates"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(
        '{% translate "One" %}{% blocktranslate with n=count %}{{ n }} rows{% endblocktranslate %}'
        "{% blocktranslate trimmed count n=n %}\n  a {{ n }} b\n{% plural %}\n  c {{ n }} d\n{% endblocktranslate %}"
    )
    (tmp_path / "app" / "views.py").write_text(
        'from django.utils.translation import gettext as _\nx = _("Two")\n'
    )
    assert set(messages.wanted(tmp_path)) == {"One", "%(n)s rows", "a %(n)s b", "c %(n)s d", "Two"}
