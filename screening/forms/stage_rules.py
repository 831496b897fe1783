"""The stages of a posting: a row of fields for each that goes on, and who owns the posting; the view gives the names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, FormField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.validators import Length

from screening.models import Responsible, Stage
from screening.queries.stage_rules import LANES, OPTIONAL, Rule, Rules
from screening.services.stage_rules import MOST_DAYS, NAME_LENGTH

RESPONSIBLE = {
    Responsible.OWNER: _l("Owner"),
    Responsible.HIRING_MANAGER: _l("Hiring managers"),
    Responsible.PANEL: _l("Panel"),
    Responsible.CANDIDATE: _l("Candidate"),
}


def _trimmed(text: str | None) -> str:
    return " ".join((text or "").split())


class StageForm(Form):
    """What a posting says of one stage; nothing typed is the standard."""

    in_use = BooleanField(_l("In use"))
    zh = StringField(
        _l("Name in Chinese"), [Length(max=NAME_LENGTH, message=_l("At most 40 characters."))], filters=[_trimmed]
    )
    en = StringField(
        _l("Name in English"), [Length(max=NAME_LENGTH, message=_l("At most 40 characters."))], filters=[_trimmed]
    )
    days = StringField(_l("Limit in days"), filters=[_trimmed])
    responsible = SelectField(
        _l("Who must act"),
        choices=[SelectChoice(value=one.value, label=words) for one, words in RESPONSIBLE.items()],
    )

    def validate_days(self, field: Field) -> None:
        """Refuse what is no whole number of days."""
        if field.data and not (field.data.isascii() and field.data.isdigit() and int(field.data) <= MOST_DAYS):
            raise ValidationError(_l("A whole number from 0 to 365, or nothing."))

    def rule(self, stage: Stage) -> Rule:
        """Give what was said of a stage; only after validation."""
        names = {language: name for language, name in (("zh", self.zh.data), ("en", self.en.data)) if name}
        return Rule(
            stage,
            in_use=stage not in OPTIONAL or bool(self.in_use.data),
            names=names,
            own_days=int(self.days.data) if self.days.data else None,
            responsible=Responsible(self.responsible.data),
        )


class StagesForm(FlaskForm):
    """All stages that go on, and the owner; ``owner`` 0 is nobody."""

    owner = SelectField(_l("Owner of the posting"), coerce=int)
    applied = FormField(StageForm)
    screening = FormField(StageForm)
    interview = FormField(StageForm)
    debrief = FormField(StageForm)
    offer = FormField(StageForm)

    def part(self, stage: Stage) -> StageForm:
        """Give the fields of a stage."""
        part: StageForm = self[stage.value].form
        return part

    def rules(self) -> list[Rule]:
        """Give what was said; only after validation."""
        return [self.part(stage).rule(stage) for stage in LANES]


def data_of(rules: Rules, owner_id: int | None) -> Mapping[str, Any]:
    """Give what the form shows of rules that hold."""
    stages = {
        stage.value: {
            "in_use": rules[stage].in_use,
            "zh": rules[stage].names.get("zh", ""),
            "en": rules[stage].names.get("en", ""),
            "days": "" if (days := rules[stage].own_days) is None else str(days),
            "responsible": rules[stage].responsible.value,
        }
        for stage in LANES
    }
    return {**stages, "owner": owner_id or 0}
