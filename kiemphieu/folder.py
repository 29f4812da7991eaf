"""The vote folder of the contract: where everything of one vote lies."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ballot_layout.tokens import generate_keys
from ballot_layout.vote_file import parse_vote, vote_template
from kiemphieu.disk import SETTLED_TIME_S, disk_errors, write_atomic
from records.errors import InputError, KeyFileError, RuleSetError, StoreError
from records.layout import Layout, layout_from_json
from records.rules import RuleSet
from records.scanner_profile import ScannerProfile, profile_from_text, profile_sha256
from records.token import ID_PATTERN
from records.vote import DEFAULT_STYLE_ID, Vote
from tally.eligibility import list_findings
from tally.rules import apply_overrides, load_rule_set, parse_rule_set, rule_sets

PRIVATE_MODE = 0o600
RULE_FILE_SUFFIX = ".toml"
TEST_FOLDER = "test"
"""Of a vote folder: the test decks, each with a record of its own."""


@dataclass(frozen=True, slots=True)
class VoteFolder:
    """Paths of one vote; nothing here touches the disk."""

    root: Path

    @property
    def vote_file(self) -> Path:
        return self.root / "vote.toml"

    @property
    def ballots(self) -> Path:
        return self.root / "ballots"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def public_key(self) -> Path:
        return self.keys / "ballot.pub"

    @property
    def private_key(self) -> Path:
        return self.keys / "ballot.key"

    @property
    def pages(self) -> Path:
        return self.root / "pages"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def backups(self) -> Path:
        """What was saved before the count was closed; in no later backup."""
        return self.root / "backups"

    @property
    def tests(self) -> Path:
        return self.root / TEST_FOLDER

    @property
    def profiles(self) -> Path:
        """Every scanner profile that pages were read with."""
        return self.root / "profiles"

    @property
    def database(self) -> Path:
        return self.root / "kiemphieu.db"

    def layout(self, style: str) -> Path:
        return self.root / ("layout.json" if style == DEFAULT_STYLE_ID else f"layout-{style}.json")

    def page(self, sha256: str, suffix: str) -> Path:
        """Where a page image lies; errors as for a report."""
        return self._below(self.pages, f"{sha256}{suffix}")

    def report(self, name: str) -> Path:
        """Where a report lies that the journal names; one of an earlier version has its folder in the name.

        Raises:
            StoreError: the record names a file elsewhere, as only one made by hand does.
        """
        return self._below(self.reports, name)

    def _below(self, folder: Path, name: str) -> Path:
        path = folder / name
        if ".." in Path(name).parts or not path.is_relative_to(folder):
            raise StoreError("store_damaged", path=str(self.database))
        return path


def open_folder(path: Path) -> VoteFolder:
    """The vote folder at `path`.

    Raises:
        InputError: there is no such folder, it cannot be opened, or it holds no vote.toml.
    """
    folder = VoteFolder(path)
    try:
        if not path.is_dir():
            raise InputError("folder_missing", path=str(path))
        if not folder.vote_file.is_file():
            raise InputError("vote_file_missing", path=str(folder.vote_file), folder=str(path))
    except OSError as error:
        raise InputError("folder_closed", path=str(path), reason=error.strerror) from error
    return folder


def create_folder(path: Path) -> VoteFolder:
    """A new vote folder with a commented vote.toml.

    Raises:
        InputError: `path` exists and is not an empty folder.
        StoreError: the folder cannot be written.
    """
    with disk_errors(path):
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise InputError("folder_exists", path=str(path))
        path.mkdir(parents=True, exist_ok=True)
    folder = VoteFolder(path)
    write_atomic(folder.vote_file, vote_template(_suggested_id(path)).encode())
    return folder


def _suggested_id(path: Path) -> str:
    name = path.resolve().name.lower().replace("_", "-").replace(" ", "-")
    return name if ID_PATTERN.fullmatch(name) else "vote-1"


def vote_text(folder: VoteFolder) -> str:
    """vote.toml as text; errors as in `read_text`."""
    return read_text(folder.vote_file)


def read_text(path: Path) -> str:
    """A text file that a person wrote.

    Raises:
        InputError: it cannot be opened or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("vote_file_not_utf8", path=str(path), byte=error.start) from error
    except OSError as error:
        raise InputError("file_unreadable", path=str(path), reason=error.strerror) from error


def load_vote(folder: VoteFolder) -> Vote:
    """The vote as vote.toml says; errors as in `vote_of_text`, and where it cannot be read."""
    return vote_of_text(folder, vote_text(folder))


def vote_of_text(folder: VoteFolder, text: str) -> Vote:
    """The vote that a vote.toml of that text would be, with the files beside it.

    Raises:
        VoteFileError: with every mistake found.
        RuleSetError: the vote's own rule file has a mistake, or a setting does not fit the rule set.
        InputError: the scanner's profile cannot be read.
    """
    own = own_rules(folder, text)
    vote = parse_vote(text, known_rules(own), list_findings)
    if own is not None:
        vote = replace(vote, rules_text=own.text)
    vote_rules(vote)
    profile = load_profile(folder, vote)
    return vote if profile is None else replace(vote, profile_sha256=profile_sha256(profile))


def load_profile(folder: VoteFolder, vote: Vote) -> ScannerProfile | None:
    """The scanner's profile that vote.toml names; None where it names none.

    Raises:
        InputError: the file is not in the vote folder, cannot be read, or is no profile.
    """
    name = vote.scanner_profile
    if not name:
        return None
    if Path(name).name != name:
        raise InputError("profile_elsewhere", name=name, folder=str(folder.root))
    path = folder.root / name
    return profile_from_text(read_text(path), str(path))


@dataclass(frozen=True, slots=True)
class OwnRules:
    """A rule file of the vote's own, beside vote.toml."""

    name: str
    text: str
    rules: RuleSet


def own_rules(folder: VoteFolder, text: str) -> OwnRules | None:
    """The rule file that vote.toml (`text`) names; None where it names a packaged rule set.

    Raises:
        InputError: the file is not in the vote folder or cannot be read.
        RuleSetError: it has a mistake, or the id of a packaged rule set.
    """
    name = _rules_named(text)
    if not name.endswith(RULE_FILE_SUFFIX):
        return None
    path = folder.root / name
    if Path(name).name != name or name == folder.vote_file.name:
        raise InputError("rule_file_elsewhere", name=name, folder=str(folder.root))
    rules_text = read_text(path)
    rules = parse_rule_set(rules_text, name)
    if rules.id in rule_sets():
        raise RuleSetError("rule_set_id_taken", name=name, place="id", found=rules.id)
    return OwnRules(name, rules_text, rules)


def known_rules(own: OwnRules | None) -> Mapping[str, RuleSet]:
    """The packaged rule sets, and the vote's own one under its file name."""
    return rule_sets() if own is None else {**rule_sets(), own.name: own.rules}


def _rules_named(text: str) -> str:
    """What `rules` says; whatever is wrong with the file is told by who reads all of it."""
    try:
        named = tomllib.loads(text.removeprefix("\ufeff"))["vote"]["rules"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return named if isinstance(named, str) else ""


def vote_rules(vote: Vote) -> RuleSet:
    """The vote's rule set with the settings of `[rules]`.

    Raises:
        RuleSetError: a setting does not fit the rule set.
    """
    rules = parse_rule_set(vote.rules_text, vote.rules) if vote.rules_text else load_rule_set(vote.rules)
    return apply_overrides(rules, vote.rule_overrides)


def load_layout(folder: VoteFolder, style: str) -> Layout | None:
    """layout.json of `style`, or None before the first batch.

    Raises:
        LayoutError: the file is damaged.
    """
    try:
        return layout_from_json(folder.layout(style).read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError("file_unreadable", path=str(folder.layout(style)), reason=error.strerror) from error


def read_public_key(folder: VoteFolder) -> bytes:
    """The PEM text that auditors get, too."""
    return _read_key(folder.public_key, "public_key_missing")


def read_private_key(folder: VoteFolder) -> bytes:
    """The PEM text that stays with the committee."""
    return _read_key(folder.private_key, "private_key_missing")


def _read_key(path: Path, missing_id: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeyFileError(missing_id, path=str(path)) from error
    except OSError as error:
        raise KeyFileError("key_file_unreadable", path=str(path), reason=error.strerror) from error


def write_new_keys(folder: VoteFolder, seed: bytes | None = None) -> None:
    """Makes the vote's key pair; the private half is for its owner only.

    Args:
        folder: where they go.
        seed: fixes the pair, for tests and samples only; None takes the system's randomness.

    Raises:
        StoreError: the keys cannot be written.
    """
    private_pem, public_pem = generate_keys(seed)
    with disk_errors(folder.keys):
        folder.keys.mkdir(exist_ok=True)
    write_atomic(folder.private_key, private_pem, PRIVATE_MODE)
    write_atomic(folder.public_key, public_pem)


def keep_page(folder: VoteFolder, sha256: str, suffix: str, data: bytes) -> None:
    """Stores a page image under its hash; a file that is there already stays.

    The file's time is set to a fixed day: the times of the files would tell the order of scanning.

    Raises:
        StoreError: the disk is full or the folder is not writable.
    """
    path = folder.page(sha256, suffix)
    with disk_errors(path):
        if path.exists() and path.stat().st_size == len(data):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)
        os.utime(path, (SETTLED_TIME_S, SETTLED_TIME_S))


def read_page(folder: VoteFolder, sha256: str, suffix: str) -> bytes:
    """A stored page image.

    Raises:
        StoreError: it is gone.
    """
    path = folder.page(sha256, suffix)
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError("page_file_missing", path=str(path), reason=error.strerror) from error


def free_name(wanted: Path) -> Path:
    """`wanted`, or the first of `wanted-2`, `wanted-3`, … that does not exist."""
    if not wanted.exists():
        return wanted
    number = 2
    while (candidate := wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")).exists():
        number += 1
    return candidate


def remove_file(path: Path) -> None:
    """Removes `path` if it is there."""
    with suppress(FileNotFoundError):
        path.unlink()
