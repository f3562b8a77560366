"""Who may enter the console, and as what. A user is never deleted: the books name their actors for ever.

Roles: a viewer sees; an operator also brings in files and decides; an approver is also the second person of others'
acts; an admin manages users and reads the audit trail, and decides about no money. Passwords are kept as Argon2id.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from reconcile.problem import Refusal
from reconcile.steps.acts import Person
from reconcile.store.alerts import audit
from reconcile.store.console_tables import web_session, web_user
from reconcile.store.engine import reading

ROLES: Final = ("viewer", "operator", "approver", "admin")
LANGUAGES: Final = ("en", "ru")
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1024
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_@")
_MACHINES: Final = frozenset({"machine", "nightly", "schedule", "demo"})
"""Actors of the program itself: no person may bear these names."""


def add(
    engine: Engine,
    name: str,
    role: str,
    password: str | None,
    person: Person,
    *,
    full_name: str = "",
    language: str = "en",
) -> str:
    """A new user; returns the name under which the books will know them. Without a password they can sign in through
    the identity provider only."""
    name = _name(name)
    _one_of(role, ROLES, "role")
    _one_of(language, LANGUAGES, "language")
    hashed = None if password is None else hash_password(_password(password, name))
    with engine.begin() as connection:
        if connection.execute(select(web_user.c.name).where(web_user.c.name == name)).first():
            raise Refusal.of(f"there is a user {name!r} already", "choose another name, or change this one's password")
        row = {"name": name, "full_name": full_name.strip() or name, "role": role, "language": language}
        made = {"created_at": person.at, "created_by": person.actor, "password_hash": hashed}
        connection.execute(insert(web_user).values(**row, **made, password_at=person.at if hashed else None))
        audit(connection, person.actor, "add_user", name, person.reason, person.at, {"role": role})
    return name


def change_password(engine: Engine, name: str, password: str, person: Person) -> None:
    """A new password; every session of that user ends."""
    hashed = hash_password(_password(password, name))
    with engine.begin() as connection:
        _known(connection, name)
        connection.execute(
            update(web_user).where(web_user.c.name == name).values(password_hash=hashed, password_at=person.at)
        )
        _end_sessions(connection, name)
        audit(connection, person.actor, "change_password", name, person.reason, person.at)


def change_role(engine: Engine, name: str, role: str, person: Person) -> None:
    """Another role. The last admin who can enter stays one."""
    _one_of(role, ROLES, "role")
    with engine.begin() as connection:
        before = _known(connection, name)
        if role != "admin":
            _not_the_last_admin(connection, before)
        connection.execute(update(web_user).where(web_user.c.name == name).values(role=role))
        _end_sessions(connection, name)
        details = {"before": before.role, "role": role}
        audit(connection, person.actor, "change_role", name, person.reason, person.at, details)


def disable(engine: Engine, name: str, person: Person) -> None:
    """The user can no longer enter, and is out at once. What they did stays under their name."""
    with engine.begin() as connection:
        before = _known(connection, name)
        _not_the_last_admin(connection, before)
        connection.execute(update(web_user).where(web_user.c.name == name).values(disabled_at=person.at))
        _end_sessions(connection, name)
        audit(connection, person.actor, "disable_user", name, person.reason, person.at)


def enable(engine: Engine, name: str, person: Person) -> None:
    """A disabled user may enter again."""
    with engine.begin() as connection:
        _known(connection, name)
        connection.execute(update(web_user).where(web_user.c.name == name).values(disabled_at=None))
        audit(connection, person.actor, "enable_user", name, person.reason, person.at)


def choose_language(engine: Engine, name: str, language: str) -> None:
    """The language in which the console speaks to this user."""
    _one_of(language, LANGUAGES, "language")
    with engine.begin() as connection:
        connection.execute(update(web_user).where(web_user.c.name == name).values(language=language))


def users(engine: Engine) -> Sequence[Any]:
    """All users by name; without anything that a password could be told from."""
    shown = [column for column in web_user.c if column.name != "password_hash"]
    with reading(engine) as connection:
        return connection.execute(select(*shown).order_by(web_user.c.name)).all()


# --- passwords -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _hasher() -> Any:
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise Refusal.of("passwords need argon2-cffi, which is not installed", "pip install 'reconcile[web]'") from None
    return PasswordHasher()


def hash_password(password: str) -> str:
    return str(_hasher().hash(password))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hash_password("of nobody, so that an unknown name takes as long as a known one")


def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one; takes as long where there is none."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        right = bool(_hasher().verify(password_hash or _nobodys(), password))
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def _password(password: str, name: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal.of(
            f"the password has fewer than {SHORTEST_PASSWORD} characters", "a few words that do not belong together do"
        )
    if len(password) > LONGEST_PASSWORD:
        raise Refusal.of(f"the password has more than {LONGEST_PASSWORD} characters", "choose a shorter one")
    if len(set(password)) < 5 or name in password.lower():
        raise Refusal.of("the password is easily guessed", "choose one without your name and with different characters")
    return password


# --- what may not be ---------------------------------------------------------------------------------------------------


def _name(given: str) -> str:
    name = given.strip().lower()
    if not 2 <= len(name) <= 64 or not set(name) <= _LETTERS:
        raise Refusal.of(f"{given[:80]!r} is no user name", "use 2 to 64 Latin letters, digits, and . - _ @")
    if name in _MACHINES:
        raise Refusal.of(f"{name!r} is what the program calls itself", "choose another name")
    return name


def _one_of(value: str, known: Sequence[str], what: str) -> None:
    if value not in known:
        raise Refusal.of(f"there is no {what} {value[:40]!r}", f"choose one of {', '.join(known)}")


def _known(connection: Connection, name: str) -> Any:
    row = connection.execute(select(web_user).where(web_user.c.name == name).with_for_update()).first()
    if row is None:
        raise Refusal.of(f"there is no user {name[:80]!r}", "see `reconcile users list`")
    return row


def _not_the_last_admin(connection: Connection, row: Any) -> None:
    admins = connection.execute(
        select(web_user.c.name)
        .where(web_user.c.role == "admin", web_user.c.disabled_at.is_(None))
        .order_by(web_user.c.name)
        .with_for_update()
    ).scalars()
    if list(admins) == [row.name]:
        raise Refusal.of(f"{row.name} is the last admin", "make somebody else an admin first")


def _end_sessions(connection: Connection, name: str) -> None:
    connection.execute(delete(web_session).where(web_session.c.user_name == name))


def any_user(engine: Engine) -> bool:
    """Whether anybody can enter at all."""
    with reading(engine) as connection:
        return connection.execute(select(web_user.c.name).limit(1)).first() is not None
