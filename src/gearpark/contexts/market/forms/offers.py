"""A seller's forms: an offer of a class, its stock, files and agreed prices, a sheet of offers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.engines.products import Attribute, Kind, ProductClass
from gearpark.kit.sheets import MAX_SHEET_BYTES

from ..types import CURRENCIES, MALLS, UNITS, FileKind, Formula, OfferDraft, OfferInfo, Tier, Window

VALUE = "v-"
WINDOWS = (
    (Window.AFTER_ORDER.value, _("the first quotes after the order")),
    (Window.SHIPMENT_MONTH.value, _("all quotes of the month of shipment")),
)
MAX_FILE_BYTES = 5_000_000


class OfferForm(forms.Form):
    """An offer of one product class; attribute fields are named ``v-<key>``."""

    base = forms.IntegerField(required=False, widget=forms.HiddenInput)
    part_no = forms.CharField(label=_("Part number"), max_length=60)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=160, required=False)
    title_en = forms.CharField(label=_("Title (English)"), max_length=160, required=False)
    text_zh = forms.CharField(
        label=_("Description (Chinese)"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    text_en = forms.CharField(
        label=_("Description (English)"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    malls = forms.MultipleChoiceField(label=_("Malls"), required=False, widget=forms.CheckboxSelectMultiple)
    price = forms.DecimalField(
        label=_("Price with VAT"),
        required=False,
        max_digits=16,
        decimal_places=4,
        help_text=_("Empty: on request."),
    )
    index = forms.CharField(
        label=_("or by formula: index"),
        required=False,
        max_length=40,
        help_text=_("As under Price indices; then leave the price empty."),
    )
    window = forms.ChoiceField(label=_("Final price from"), choices=WINDOWS, required=False)
    days = forms.IntegerField(
        label=_("Quotes averaged"), required=False, min_value=1, max_value=60, initial=5
    )
    premium = forms.DecimalField(label=_("Premium a unit"), required=False, max_digits=12, decimal_places=4)
    processing = forms.DecimalField(
        label=_("Processing fee a unit"), required=False, max_digits=12, decimal_places=4
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in CURRENCIES], initial="CNY"
    )
    unit = forms.ChoiceField(label=_("Unit of measure"), choices=[(code, code) for code in UNITS])
    vat = forms.DecimalField(
        label=_("VAT, %"), initial=Decimal(13), min_value=0, max_value=99, decimal_places=2
    )
    tiers = forms.CharField(
        label=_("Price tiers"),
        required=False,
        help_text=_("One a line: quantity, a blank, the price from there on."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
    )
    min_qty = forms.DecimalField(
        label=_("Least quantity"), initial=Decimal(1), decimal_places=3, max_digits=16
    )
    step_qty = forms.DecimalField(label=_("Steps of"), initial=Decimal(1), decimal_places=3, max_digits=16)
    on_hand = forms.DecimalField(label=_("On hand"), initial=Decimal(0), decimal_places=3, max_digits=16)
    lead_days = forms.IntegerField(label=_("Lead time, days"), required=False, min_value=0, max_value=1000)
    line = forms.ChoiceField(label=_("Made on the line"), required=False)
    shows = forms.BooleanField(label=_("Buyers may see that line's output"), required=False)

    def __init__(
        self, *args: Any, kind: ProductClass, language: str, lines: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for attribute in kind.attributes:
            self.fields[VALUE + attribute.key] = value_field(
                attribute, language, attribute.key in kind.needed
            )
        malls, line = self.fields["malls"], self.fields["line"]
        if isinstance(malls, forms.MultipleChoiceField) and isinstance(line, forms.ChoiceField):
            malls.choices = [(code, MALLS[code].title(language)) for code in kind.malls]
            line.choices = [("", "–"), *lines]

    def value_fields(self) -> list[Any]:
        return [self[VALUE + attribute.key] for attribute in self.kind.attributes]

    def clean_tiers(self) -> tuple[Tier, ...]:
        made = []
        for text in self.cleaned_data["tiers"].splitlines():
            words = text.replace(",", " ").split()
            if not words:
                continue
            try:
                qty, price = (Decimal(word) for word in words)
            except (InvalidOperation, ValueError):
                raise forms.ValidationError(
                    gettext("Write a quantity and a price, such as: 100 85.50")
                ) from None
            made.append(Tier(qty, price))
        return tuple(made)

    def _formula(self) -> Formula | None:
        given = self.cleaned_data
        if not given["index"].strip():
            return None
        return Formula(
            given["index"].strip(), Window(given["window"] or Window.AFTER_ORDER.value), given["days"] or 5,
            premium=given["premium"] or Decimal(0), processing=given["processing"] or Decimal(0),
        )  # fmt: skip

    def draft(self) -> OfferDraft:
        """The offer as it was filled in. Call it on a valid form."""
        given = self.cleaned_data
        return OfferDraft(
            formula=self._formula(),
            part_no=given["part_no"], kind=self.kind.code, title_en=given["title_en"], title_zh=given["title_zh"],
            text_en=given["text_en"], text_zh=given["text_zh"],
            values={key[len(VALUE) :]: str(value) for key, value in given.items() if key.startswith(VALUE) and value},
            malls=tuple(given["malls"]), unit=given["unit"], currency=given["currency"], price=given["price"],
            vat_rate=given["vat"] / 100, tiers=given["tiers"], min_qty=given["min_qty"], step_qty=given["step_qty"],
            lead_days=given["lead_days"], on_hand=given["on_hand"], line=given["line"], shows=given["shows"],
        )  # fmt: skip

    def tell(self, fields: dict[str, str]) -> None:
        """Put what the service refused beside the fields it names."""
        for name, sentence in fields.items():
            own = VALUE + name.removeprefix("values.") if name.startswith("values.") else name
            own = {"title": "title_zh", "text": "text_zh", "vat_rate": "vat", "formula": "index"}.get(
                own, own
            )
            self.add_error(own if own in self.fields else None, sentence)


def initial_of(offer: OfferInfo) -> dict[str, Any]:
    """What the form shows of a kept offer."""
    made: dict[str, Any] = {
        name: getattr(offer, name)
        for name in [
            "part_no",
            "title_zh",
            "title_en",
            "text_zh",
            "text_en",
            "malls",
            "currency",
            "unit",
            "lead_days",
            "line",
            "shows",
        ]
    }
    numbers = {name: getattr(offer, name) for name in ("price", "min_qty", "step_qty", "on_hand")}
    made |= {name: value if value is None else f"{value.normalize():f}" for name, value in numbers.items()}
    made["vat"] = f"{(offer.vat_rate * 100).normalize():f}"
    made["tiers"] = "\n".join(f"{t.from_qty.normalize():f} {t.price.normalize():f}" for t in offer.tiers)
    made["base"] = offer.revision
    if offer.formula is not None:
        made |= {
            "index": offer.formula.index,
            "window": offer.formula.window.value,
            "days": offer.formula.days,
        }
        made |= {name: f"{getattr(offer.formula, name).normalize():f}" for name in ("premium", "processing")}
    made |= {
        VALUE + key: ("yes" if value else "no") if isinstance(value, bool) else value
        for key, value in offer.values.items()
    }
    return made


def value_field(attribute: Attribute, language: str, needed: bool) -> forms.Field:
    label = attribute.title(language) + (f", {attribute.unit}" if attribute.unit else "")
    if attribute.kind is Kind.CHOICE:
        choices = [("", "–"), *((choice.code, choice.title(language)) for choice in attribute.choices)]
        return forms.ChoiceField(label=label, required=needed, choices=choices)
    if attribute.kind is Kind.FLAG:
        words = ("是", "否") if language.startswith("zh") else ("yes", "no")
        return forms.ChoiceField(
            label=label, required=needed, choices=[("", "–"), ("yes", words[0]), ("no", words[1])]
        )
    attributes = {"inputmode": "decimal"} if attribute.numeric else {}
    return forms.CharField(
        label=label, required=needed, max_length=200, widget=forms.TextInput(attrs=attributes)
    )


class StockForm(forms.Form):
    on_hand = forms.DecimalField(label=_("On hand"), min_value=0, max_digits=16, decimal_places=3)


class FileForm(forms.Form):
    """A file of an offer; the last three fields are of certificates."""

    kind = forms.ChoiceField(label=_("Kind"), choices=())
    file = forms.FileField(label=_("File"), help_text=_("At most 5 MB."))
    standard = forms.CharField(label=_("By standard"), required=False, max_length=80)
    number = forms.CharField(label=_("Certificate number"), required=False, max_length=80)
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = kinds

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(gettext("The file is larger than 5 MB."))
        return file


class AgreedForm(forms.Form):
    """A price agreed with one buyer."""

    buyer = forms.SlugField(label=_("Buyer"), max_length=60, help_text=_("Its short name in the park."))
    price = forms.DecimalField(
        label=_("Price with VAT"), min_value=Decimal("0.0001"), max_digits=16, decimal_places=4
    )
    from_qty = forms.DecimalField(
        label=_("from quantity"), initial=Decimal(1), max_digits=16, decimal_places=3
    )
    from_on = forms.DateField(label=_("from"), widget=forms.DateInput(attrs={"type": "date"}))
    until_on = forms.DateField(
        label=_("until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class SheetForm(forms.Form):
    """Offers of one class as a sheet."""

    kind = forms.ChoiceField(label=_("Product class"), choices=())
    file = forms.FileField(label=_("Sheet (CSV or XLSX)"))

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = kinds

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_SHEET_BYTES:
            raise forms.ValidationError(gettext("The sheet is too large; split it."))
        return file


FILE_KINDS = tuple(kind.value for kind in FileKind)
