"""What the demo shows of the twin: a model of every line, the worked study of the retrofit, first answers."""

from __future__ import annotations

from collections.abc import Mapping

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import lines
from gearpark.kit.tenant import acting

from ..models import LineModel, Run
from ..queries.models import line_of
from ..types import Asked, Kind, Question
from .models import add_model, model_from_line
from .runs import ask

FIRST: tuple[Question, ...] = (Question.RUN, Question.BOTTLENECK)


def ensure_demo_twin(scope: Scope, files: Mapping[str, str], org: str) -> dict[str, int]:
    """Keep the files (code -> text, studies last) for ``org`` and a model of every line; ask the files' first questions.

    Calling it again adds only what is missing.
    """
    with acting(scope):
        known = set(LineModel.objects.of(scope).filter(org=org).values_list("code", flat=True))
        linked = set(LineModel.objects.of(scope).values_list("line", flat=True))
        unlinked = [line.asset for line in lines(scope) if line.asset not in linked]
    made = [add_model(scope, text, code=code, org=org) for code, text in files.items() if code not in known]
    for asset in unlinked:
        model_from_line(scope, asset)
    asked = 0
    for info in made:
        questions = (Question.STUDY,) if info.kind is Kind.STUDY else FIRST
        if info.kind is Kind.LINE and line_of(info).scenarios:
            questions += (Question.COMPARE,)
        for question in questions:
            try:
                ask(scope, info.id, Asked(question))
                asked += 1
            except Problem:  # the queue is full: people ask by themselves
                break
    with acting(scope):
        return {
            "models": LineModel.objects.of(scope).count(),
            "runs": Run.objects.of(scope).count(),
            "asked": asked,
        }
