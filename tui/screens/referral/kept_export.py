"""What is kept of an export that a lock closed: for whom, where to, and each form that was decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.kept_form import KeptForm
from tui.values.values_forms import FormPlace

EXPORT: Final = "export"
_FIELDS: Final = frozenset({"recipient", "profile", "language", "contact", "out"})
_DECIDED: Final = "decided"


class KeptExport(KeptForm):
    """An export whose recipient comes into the form late. Who approves is asked anew.

    Args:
        case, ref: of the case.
        profile: which is chosen at first, whatever a draft says; empty for none.
    """

    def __init__(self, case: str, ref: str, profile: str = "") -> None:
        super().__init__()
        self._profile = profile
        self._case = case
        self._ref = ref
        self._decided: dict[str, str] = {}
        self._wanted = ""

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(EXPORT, self._case, self._ref)

    @override
    def in_fields(self) -> dict[str, str]:
        said = {name: text for name, text in super().in_fields().items() if name in _FIELDS}
        return said | ({_DECIDED: json.dumps(self._decided)} if self._decided else {})

    @override
    def filled_at_first(self) -> dict[str, str]:
        return {name: said for name, said in super().filled_at_first().items() if name not in {"recipient", "profile"}}

    @override
    def typed_already(self) -> set[str]:
        chosen = {"profile"} if self._profile else set[str]()
        return super().typed_already() - {"recipient"} | chosen  # the first of the list is a recipient nobody chose yet

    @override
    def come_back(self, typed: Mapping[str, str]) -> None:
        decided = json.loads(typed.get(_DECIDED, "{}"))
        if isinstance(decided, dict):
            self._decided |= {str(form): str(action) for form, action in decided.items() if form not in self._decided}
        self._wanted = typed.get("recipient", "")
        for field in self.query("#recipient").results(ChoiceField):
            field.take(self._wanted)
