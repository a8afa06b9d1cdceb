"""Rosters: who is in, with which roles, and who had to sign it (FORMAT.md 2). One line of them, without a fork."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.vectors.independent.basis import RECOVERY, Fault, Refused, canonical, is_signed, require, tree_root, widths
from tests.vectors.independent.logs import Entry, Genesis

RECORD_WORD = b"casevault/roster"
FORMS = {
    "head": ({"number", "prev", "recovery", "rights", "suites", "vault"}, frozenset({"root", "helpers"})),
    "member": ({"member", "roles"}, frozenset[str]()),
    "certificate": ({"cert"}, frozenset[str]()),
    "ending": ({"end", "sizes"}, frozenset({"seen"})),
}
_RESERVED = (RECOVERY, bytes(16))
_HELPERS = {"intake", "field", "caseworker"}


@dataclass
class Roster:
    """One roster, well-formed; whether it counts is another question."""

    root: bytes
    head: dict[str, Any]
    members: dict[bytes, frozenset[str]] = field(default_factory=dict)
    certificates: dict[bytes, dict[str, bytes]] = field(default_factory=dict)
    endings: dict[bytes, dict[bytes, int]] = field(default_factory=dict)
    sigs: list[tuple[bytes, bytes]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Its number."""
        return int(self.head["number"])

    def with_role(self, role: str) -> set[bytes]:
        """Return the members with a seat or without who have a role."""
        return {member for member, roles in self.members.items() if role in roles}

    def roles_of(self, seat: bytes) -> frozenset[str]:
        """Return the roles of a seat that it certifies."""
        return self.members[self.certificates[seat]["member"]]


def kind_of(entry: bytes) -> tuple[str, dict[str, Any]]:
    """Return which of the four maps an entry is, and the map."""
    for name, (needed, perhaps) in FORMS.items():
        try:
            return name, canonical(entry[16:], needed, perhaps)
        except Refused:
            continue
    raise Refused("an entry of no form")


def read_roster(fields: dict[str, Any], vault: bytes) -> Roster:
    """Read the fields of a version of kind `roster`."""
    entries, sigs = fields["entries"], fields["sigs"]
    (kind, head), *others = [kind_of(entry) for entry in entries]
    require(kind == "head" and head["vault"] == vault, "the head")
    widths(head, recovery=1216, vault=16)
    roster = Roster(tree_root(entries), head, sigs=[(key, signature) for key, signature in sigs])
    for kind, found in others:
        if kind == "member":
            require(found["roles"] == sorted(found["roles"]) and found["member"] not in _RESERVED, "a member")
            roster.members[found["member"]] = frozenset(found["roles"])
        elif kind == "certificate":
            certificate = found["cert"]
            widths(certificate, genesis=32, identity=32, kem=1216, member=16, seat=16)
            require(certificate["seat"] not in _RESERVED, "a certificate")
            roster.certificates[certificate["seat"]] = certificate
        elif kind == "ending":
            require(found["sizes"] == sorted(found["sizes"]), "sizes of an ending")
            require(found.get("seen", [[b"", 0, b""]]) == sorted(found.get("seen", [[b"", 0, b""]])), "histories")
            roster.endings[found["end"]] = dict(found["sizes"])
        else:
            raise Refused("a second head")
    require(all(one["member"] in roster.members for one in roster.certificates.values()), "a seat of nobody")
    return roster


def loses(before: Roster, after: Roster, member: bytes) -> bool:
    """Say whether a member has a role less."""
    return not before.members.get(member, frozenset()) <= after.members.get(member, frozenset())


def same_rules(before: Roster, after: Roster) -> bool:
    """Say whether the head says nothing new but number and line."""
    passed = {"number", "prev", "root"}
    left = [{key: value for key, value in one.head.items() if key not in passed} for one in (before, after)]
    return left[0] == left[1] and "root" not in after.head


def only_takes(before: Roster, after: Roster) -> bool:
    """Say whether nobody gains anything: no seat, no role, no key, no rule."""
    return (
        same_rules(before, after)
        and all(before.certificates.get(seat) == one for seat, one in after.certificates.items())
        and all(member in before.members and roles <= before.members[member] for member, roles in after.members.items())
    )


def only_adds_helpers(before: Roster, after: Roster) -> bool:
    """Say whether all is as it was but for new members and seats of intake, field and caseworker."""
    new_seats = after.certificates.keys() - before.certificates.keys()
    return (
        same_rules(before, after)
        and all(after.members.get(member) == roles for member, roles in before.members.items())
        and all(after.certificates.get(seat) == one for seat, one in before.certificates.items())
        and all(after.members[member] <= _HELPERS for member in after.members.keys() - before.members.keys())
        and all(after.roles_of(seat) <= _HELPERS for seat in new_seats)
    )


def may_sign(before: Roster, after: Roster, signers: set[bytes]) -> bool:
    """Say whether these members are enough, without the root."""
    if len(before.members) == 1:
        return bool(signers)
    admins, supervisors = before.with_role("admin"), before.with_role("supervisor")
    touched = {member for member in admins if loses(before, after, member)} | {
        one["member"] for seat, one in before.certificates.items() if seat not in after.certificates
    } & admins
    if only_takes(before, after) and not touched:
        return bool(signers & admins)
    if before.head.get("helpers") and only_adds_helpers(before, after) and signers & supervisors:
        return True
    if len(signers & admins) >= 2:
        return True
    for admin in signers & admins:
        seconders = supervisors - {admin}
        if len(seconders) < 2:
            seconders = (supervisors | before.with_role("caseworker")) - {admin}
        if len(signers & seconders) >= 2:
            return True
    return False


def check_next(before: Roster, after: Roster, root_key: bytes, ended: set[bytes]) -> bytes:
    """Check that a roster follows from the one before; return the root key that counts after it."""
    require((after.number, after.head["prev"]) == (before.number + 1, [before.root]), "the line")
    require(not ended & after.certificates.keys(), "a seat that was ended")
    for seat, one in after.certificates.items():
        old = before.certificates.get(seat, one)
        require({**old, "kem": one["kem"]} == one, "a seat with another member, identity or log")
    reduced = {
        seat
        for seat, one in before.certificates.items()
        if seat not in after.certificates or loses(before, after, one["member"])
    }
    require(reduced == after.endings.keys(), "whose sizes are given")
    for seat, sizes in after.endings.items():
        require(before.certificates[seat]["genesis"] in sizes, "a first log without a size")
    signed = {key for key, signature in after.sigs if is_signed(key, signature, "roster", after.root)}
    by_identity = {one["identity"]: one["member"] for one in before.certificates.values()}
    for key, _ in after.sigs:
        require(key in signed or key not in {root_key, *by_identity}, "a signature")
    new_root = after.head.get("root")
    if root_key not in signed:
        require(new_root is None, "a new root that the old one did not name")
        require(may_sign(before, after, {by_identity[key] for key in signed & by_identity.keys()}), "signatures")
    require(new_root is None or new_root in signed, "a new root that did not sign")
    return bytes(new_root or root_key)


@dataclass
class Line:
    """The rosters that count, from number 0 on."""

    rosters: list[Roster] = field(default_factory=list)
    by_root_alone: dict[bytes, bytes] = field(default_factory=dict)  # first log -> roster that the root alone signed
    faults: list[Fault] = field(default_factory=list)

    @property
    def newest(self) -> Roster | None:
        """The roster of the highest number."""
        return self.rosters[-1] if self.rosters else None

    def by_root(self, root: bytes) -> Roster | None:
        """Return the roster that a header names."""
        return next((one for one in self.rosters if one.root == root), None)

    def is_in(self, genesis: Genesis, entry: Entry, geneses: dict[bytes, Genesis]) -> Roster | None:
        """Return the roster by which the author of an entry was in when they wrote it (C4), or None."""
        named = self.by_root(entry.header.roster)
        certificate = None if named is None else named.certificates.get(genesis.seat)
        if named is None or certificate is None or certificate["identity"] != genesis.identity:
            return None
        first: Genesis | None = genesis
        while first is not None and not first.is_first:
            first = geneses.get(first.predecessor)
            if first is not None and first.seat != genesis.seat:
                return None
        if first is not None and first.origin != certificate["genesis"]:
            return None
        for later in self.rosters:
            sizes = later.endings.get(genesis.seat)
            if later.number > named.number and sizes is not None and entry.seq >= sizes.get(genesis.origin, 0):
                return None
        return named


def judge_line(rosters: Iterable[Roster], root_key: bytes) -> Line:
    """Judge rosters from number 0 on; the root key is the one that signed roster 0."""
    line = Line()
    ended: set[bytes] = set()
    for roster in sorted(rosters, key=lambda one: (one.number, one.root)):
        if line.by_root(roster.root) is not None:
            continue
        signed = {key for key, signature in roster.sigs if is_signed(key, signature, "roster", roster.root)}
        before = line.newest
        try:
            if before is None:
                require(roster.number == 0 and not roster.head["prev"] and not roster.endings, "roster 0")
                require(root_key in signed, "roster 0 is not signed by the root")
                alone, following = signed == {root_key}, root_key
            else:
                following = check_next(before, roster, root_key, ended)
                known = {root_key, *(one["identity"] for one in before.certificates.values())}
                alone = signed & known == {root_key}
        except Refused as refusal:
            line.faults.append(Fault("roster", f"{roster.number}: {refusal}"))
            continue
        if alone:
            for seat in roster.certificates.keys() - (before.certificates.keys() if before else set()):
                line.by_root_alone.setdefault(roster.certificates[seat]["genesis"], roster.root)
        root_key = following
        ended |= roster.endings.keys() - roster.certificates.keys()
        line.rosters.append(roster)
    if not line.rosters:
        line.faults.append(Fault("roster", "none counts"))
    return line
