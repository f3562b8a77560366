"""Zip and gzip: what is in them is taken like any other file, and a hostile one costs little and writes nothing outside."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest

from reconcile.problem import Refusal
from reconcile.steps import archive
from reconcile.steps.archive import is_archive, opened, unpack

LIMIT = 4 << 20


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def names(path: Path, folder: Path) -> list[str]:
    folder.mkdir()
    return [each.name for each in unpack(path, folder, LIMIT)]


def test_the_files_of_a_zip_under_names_of_their_own(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "day.zip",
        ("a.xml", b"one"), ("deep/er/b.xml", b"two"), ("deep/a.xml", b"three"), ("__MACOSX/a.xml", b""),
        (".DS_Store", b""), ("deep/", b""), ("win\\c.txt", b"four"), ("x.part", b"five"),
    )  # fmt: skip
    assert names(path, tmp_path / "out") == ["a.xml", "b.xml", "a.2.xml", "c.txt", "x.part.file"]
    assert (tmp_path / "out" / "a.2.xml").read_bytes() == b"three"


def test_russian_names_as_windows_packs_them(tmp_path: Path) -> None:
    path = zipped(tmp_path / "day.zip", ("XXXXXXX.txt", b"one"))
    path.write_bytes(path.read_bytes().replace(b"XXXXXXX", "выписка".encode("cp866")))
    assert names(path, tmp_path / "out") == ["выписка.txt"]


def test_a_gzip_file_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "day.xml.GZ"
    path.write_bytes(gzip.compress(b"one") + gzip.compress(b" two"))
    assert is_archive(path)
    assert names(path, tmp_path / "out") == ["day.xml"]
    assert (tmp_path / "out" / "day.xml").read_bytes() == b"one two"


def test_a_workbook_and_a_plain_file_are_no_archives(tmp_path: Path) -> None:
    book = zipped(tmp_path / "book.xlsx", ("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b""))
    plain = tmp_path / "day.zip"
    plain.write_bytes(b":20:ST1")
    for path in (book, plain):
        with opened(path, LIMIT) as parts:
            assert parts == [path]


def link() -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("link.txt")
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


HOSTILE = {
    "a path out": ((("../../etc/cron.d/x", b"x"),), "leads out of it"),
    "an absolute path": ((("/etc/passwd", b"x"),), "leads out of it"),
    "a drive": ((("C:\\x.txt", b"x"),), "leads out of it"),
    "a link": (((link(), b"/etc/passwd"),), "leads out of it"),
    "too much": ((("a", b"abcdefgh" * (LIMIT // 16)), ("b", bytes(range(256)) * (LIMIT // 256))), "the limit"),
    "a bomb": ((("a.xml", b"\0" * (3 << 20)),), "times as large unpacked as packed"),
    "an archive within": ((("in.xml", gzip.compress(b"x")),), "in.xml is an archive within an archive"),
    "too many": (tuple((f"{number}.xml", b"x") for number in range(archive.MEMBERS + 1)), "more than 500"),
    "nothing": ((("folder/", b""),), "there is no file in the archive"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_and_nothing_stands_outside(case: str, tmp_path: Path) -> None:
    members, said = HOSTILE[case]
    path = zipped(tmp_path / "day.zip", *members)
    with pytest.raises(Refusal, match=said), opened(path, LIMIT):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["day.zip"]


def test_a_password_and_a_cut_are_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "day.zip", ("a.xml", b"one"))
    locked = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    (tmp_path / "cut.zip").write_bytes(path.read_bytes()[:-10])
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"one" * 999)[:-12])
    broken = bytearray(gzip.compress(b"one" * 999))
    broken[14] ^= 0xFF
    (tmp_path / "broken.gz").write_bytes(broken)
    for name, said in (("locked.zip", "has a password"), ("cut.zip", "damaged or cut"), ("cut.gz", "damaged or cut"),
                       ("broken.gz", "damaged or cut")):  # fmt: skip
        with pytest.raises(Refusal, match=said), opened(tmp_path / name, LIMIT):
            pass


def test_a_size_that_a_member_only_claims_is_not_believed(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.xml", b"\0" * (3 << 20))
    lying = bytearray(buffer.getvalue())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = lying.index(mark) + place
        lying[at : at + 4] = (5).to_bytes(4, "little")
    (tmp_path / "lying.zip").write_bytes(lying)
    with pytest.raises(Refusal), opened(tmp_path / "lying.zip", LIMIT):
        pass
