"""What recipients say of packages: it is kept in the case, and the ledger shows it beside the package."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vault.access.session import Session
from vault.casework.disclosure import Heard
from vault.errors import NotFoundError
from vault.export.reply import ReplyForm, is_receipt
from vault.ids import CompartmentId
from vault.policy import roles
from vault.records.work import Entry
from vault.services.cases.cases import today
from vault.services.cases.editing import keep_one
from vault.services.exports import ledger
from vault.services.exports.ledger import Package
from vault.services.projection.projection import audit_of
from vault.words.message import Message
from vault.words.next_step import NextStep


def of_words(session: Session, case: CompartmentId, words: Sequence[str]) -> Package:
    """Return the package of a case whose four receipt words these are.

    Raises:
        NotFoundError: none.
    """
    missing = Message("these are not the four words of a package of this case")
    return _the_one(session, case, lambda package: is_receipt(words, package.kept.value.package), missing)


def of_form(session: Session, case: CompartmentId, form: ReplyForm) -> Package:
    """Return the package of a case to which this is a reply.

    Raises:
        NotFoundError: it is to none, or was changed on its way.
    """
    missing = Message("this reply is to no package of this case, or somebody changed it")
    return _the_one(session, case, lambda package: form.is_of(package.kept.value.package), missing)


def keep(session: Session, case: CompartmentId, package: Package, form: ReplyForm | None = None) -> None:
    """Keep that a package was opened, and what they answered; what was heard already is not kept again.

    Raises:
        RefusedError: this member may not write in the case.
    """
    rule = session.require(roles.Action.CASE_WRITE, case)
    said = () if form is None else (form.answer, form.numbers)
    heard = Heard(package.kept.value.package, today(session), *said)
    if any((each.answer, each.numbers) == (heard.answer, heard.numbers) for each in package.heard):
        return
    obj = audit_of(session, case)
    keep_one(session, case, heard, lambda: Entry(act="case.edit", obj=obj, covers={Heard.KIND: 1}, pol=rule))


def _the_one(session: Session, case: CompartmentId, is_it: Callable[[Package], bool], missing: Message) -> Package:
    found = next((package for package in ledger.of_case(session, case) if is_it(package)), None)
    if found is None:
        step = Message(
            "Look whether the case is the right one: {list_packages}. Else ask the recipient to say it again.",
            list_packages=NextStep.LIST_PACKAGES,
        )
        raise NotFoundError(missing, next_step=step)
    return found
