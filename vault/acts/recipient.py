"""Recipients of packages: kept with their age key, changed, and confirmed once somebody compared its words by voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, one
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress
    from vault.services.exports.partners import KeptPartner

_RECIPIENT: Final = Field(
    "recipient", Message("Recipient"), Shape.RECORDS, Message("the recipient's name or id"), form="RECIPIENT"
)


NO_KEY: Final = Message("No key: what they get is a page that a browser opens with words.")


_HOLDS: Final = Message("This key also holds against a later quantum computer.")
_CLASSIC: Final = Message("Classic key: a later quantum computer may open a copy.")


def strength(kept: KeptPartner) -> Message:
    """Return how long what is sealed to their key stays closed."""
    return _HOLDS if kept.is_post_quantum else _CLASSIC


def recipient_data(kept: KeptPartner) -> dict[str, object]:
    return {
        "recipient": kept.record.hex(),
        "name": kept.name,
        "fingerprint": kept.fingerprint,
        "post_quantum": kept.is_post_quantum,
        "confirmed": kept.is_confirmed,
        "phone": kept.phone,
        "email": kept.email,
        "town": kept.town,
        "languages": list(kept.languages),
        "terms": kept.terms,
        "terms_day": kept.terms_day,
    }


def recipient_lines(kept: KeptPartner) -> list[Words]:
    """Return a recipient for a person: name, the words of their key, how to reach them."""
    has_key = bool(kept.age_recipient)
    name = kept.name if kept.is_confirmed or not has_key else Message("{name}  NOT CONFIRMED", name=kept.name)
    known = [line for line in (kept.phone, kept.email, kept.town, ", ".join(kept.languages)) if line]
    promise = Message("  promises since {day}: {terms}", day=kept.terms_day, terms=kept.terms)
    key: Words = f"  {kept.fingerprint}" if has_key else Message("  {line}", line=NO_KEY)
    held = [Message("  {line}", line=strength(kept))] if has_key else []
    return [name, key, *held, *(f"  {line}" for line in known), *([promise] if kept.terms else [])]


# ---- added --------------------------------------------------------------------------------------------------------


def _who_is_new(session: Session, said: Said) -> Plan[Said]:
    from vault.services.exports import partners

    words = partners.words_of_new(session, name=said["name"][0], age_recipient=one(said, "age") or "")
    return Plan(said, mark=words, asks=(compared(words),) if words else ())


def compared(words: str) -> Ask:
    """Return the question whether a recipient reads out the words of their key."""
    return Ask(
        "compared",
        Message("Call them. Do they read out these words of their key?"),
        yes=Message("They do"),
        no=Message("They do not"),
        told=(words, "", Message("Nobody is kept yet.")),
        is_for_screens=True,
    )


def _add(session: Session, plan: Plan[Said], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.exports import partners

    was_compared, said = "compared" in agreed.answers, plan.of
    key = one(said, "age") or ""
    kept = partners.add(session, name=said["name"][0], age_recipient=key, compared=was_compared)
    if not key:
        return Told((Message("The recipient is saved."), NO_KEY), recipient_data(kept))
    if was_compared:
        return Told((Message("The recipient is saved."),), recipient_data(kept))
    return Told(
        (
            Message("The recipient is saved. Call them, and let them read the words of their key to you:"),
            f"  {kept.fingerprint}",
            strength(kept),
        ),
        recipient_data(kept),
        follows=(
            Follow(Message("Then confirm it"), "recipient confirm"),
            Follow(Message("The member who added a key cannot confirm it, unless they are an admin.")),
        ),
    )


ADD: Final = Act(
    "recipient add",
    Message("save a recipient, with their age key if they have one"),
    Message("New recipient"),
    Message("keep"),
    (
        Field("name", Message("Name"), Shape.LINE, question=Message("Name of the recipient"), form="[NAME]",
              is_required=True),
        Field("age", Message("Their key"), Shape.CODE, Message("the recipient's public key (age1...)"),
              form="[--age KEY]", hint="age1...; empty: they have none"),
    ),
    look=_who_is_new,
    run=_add,
    doing=Message("Saving the recipient"),
    nothing=Message("nobody is kept"),
    begin=lambda _session, _said: Begun(),  # of nothing said there is no plan to show
    about=Message(
        "Most recipients have no key: leave it empty, and they get a page that a browser opens with words. Who has the "
        "program age sends you the line that begins with age1. It is no secret: it only closes packages."
    ),
)  # fmt: skip


# ---- changed ------------------------------------------------------------------------------------------------------


def _what_is_known(session: Session, said: Said) -> Begun:
    from vault.services.exports import partners

    kept = partners.find(session, said["recipient"][0])
    present = {"age": kept.age_recipient, "phone": kept.phone, "email": kept.email, "town": kept.town}
    present |= {"terms": kept.terms, "terms_day": kept.terms_day}
    return Begun({**present, "languages": "\n".join(kept.languages)})


def _which(session: Session, said: Said) -> Plan[Said]:
    from vault.services.exports import partners

    return Plan(said, mark=partners.find(session, said["recipient"][0]))


def _change(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.exports import partners

    said = plan.of
    reached = {name: one(said, name) for name in ("phone", "email", "town", "terms", "terms_day")}
    kept = partners.edit(
        session, said["recipient"][0], age_recipient=one(said, "age"), **reached, languages=said.get("languages")
    )
    return Told((Message("The change is saved."), *recipient_lines(kept)), recipient_data(kept))


EDIT: Final = Act(
    "recipient edit",
    Message("change how to reach a recipient, or their key, which then needs to be confirmed again"),
    Message("Change recipient"),
    Message("keep"),
    (
        _RECIPIENT,
        Field("age", Message("Their key"), Shape.CODE, Message("another public key of theirs (age1...)"),
              form="[--age KEY]"),
        Field("phone", Message("Phone"), Shape.LINE),
        Field("email", Message("E-mail"), Shape.LINE),
        Field("town", Message("Town"), Shape.LINE),
        Field("languages", Message("Languages"), Shape.LINES, question=Message("Language that they speak"),
              form="--language"),
        Field("terms", Message("What they promise"), Shape.LINE,
              question=Message("What they promise to do with what they get")),
        Field("terms_day", Message("Promised on"), Shape.DAY, Message("since when; today without it"), is_past=True),
    ),
    look=_which,
    run=_change,
    doing=Message("Changing the recipient"),
    nothing=Message("nothing is changed"),
    begin=_what_is_known,
    is_change=True,
)  # fmt: skip


# ---- confirmed ----------------------------------------------------------------------------------------------------


def _confirm(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.exports import partners

    kept = partners.confirm(session, plan.of["recipient"][0], words=one(plan.of, "words") or "")
    return Told((Message("The key of this recipient is confirmed."),), recipient_data(kept))


CONFIRM: Final = Act(
    "recipient confirm",
    Message("confirm that the recipient read out the words of the key that is stored"),
    Message("Confirm the key"),
    Message("confirm"),
    (
        _RECIPIENT,
        Field("words", Message("Their words"), Shape.LINE, question=Message("The 13 words, as they read them to you"),
              is_required=True),
    ),
    look=_which,
    run=_confirm,
    doing=Message("Confirming the key"),
    nothing=Message("the key is not confirmed"),
)  # fmt: skip
ACTS: Final = (ADD, EDIT, CONFIRM)
