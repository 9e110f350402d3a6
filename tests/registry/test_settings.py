"""Settings: the environment, the folder, the key that is made once."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.errors import Unavailable
from registry.settings import Settings


def test_the_environment_decides(monkeypatch, tmp_path):
    monkeypatch.setenv("PREUVE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PREUVE_ACCEPT_ROWS", "no")
    monkeypatch.setenv("PREUVE_UPLOAD_MAX_MB", "10")
    settings = Settings()
    assert (settings.data_dir, settings.accept_rows, settings.upload_max_mb) == (tmp_path, False, 10)
    assert settings.database == f"sqlite:///{tmp_path}/preuve.sqlite3"
    assert settings.store == f"file://{tmp_path}/observations"


def test_a_value_that_cannot_be_used_is_named_without_being_shown(monkeypatch):
    monkeypatch.setenv("PREUVE_UPLOAD_MAX_MB", "much")
    with pytest.raises(Unavailable) as refused:
        Settings()
    assert "PREUVE_UPLOAD_MAX_MB" in refused.value.sentence("fr")
    assert "much" not in refused.value.sentence("fr")


def test_the_key_is_made_once_for_its_owner_only(tmp_path):
    first = Settings(data_dir=tmp_path).key
    assert len(first) >= 48
    assert Settings(data_dir=tmp_path).key == first
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_processes_that_start_together_share_one_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: Settings(data_dir=tmp_path).key, range(64)))
    assert len(keys) == 1


def test_a_folder_that_cannot_be_made_gives_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable) as refused:
        Settings(data_dir=tmp_path / "file" / "data").prepare()
    assert str(tmp_path / "file" / "data") in refused.value.sentence("fr")
    assert "PREUVE_DATA_DIR" in refused.value.sentence("en")


def test_a_folder_that_cannot_be_written_gives_one_sentence():
    with pytest.raises(Unavailable):
        Settings(data_dir="/proc/preuve").prepare()


def test_whether_there_is_a_registry_to_ask(tmp_path):
    assert not Settings(data_dir=tmp_path).database_exists()
    (tmp_path / "preuve.sqlite3").touch()
    assert not Settings(data_dir=tmp_path).database_exists()  # opened by somebody, never filled
    with sqlite3.connect(tmp_path / "preuve.sqlite3") as database:
        database.execute("create table t (a)")
    assert Settings(data_dir=tmp_path).database_exists()
    assert Settings(database_url="postgresql://localhost/x").database_exists()
