"""The store: equal content once, damage seen."""

import polars as pl
import pytest

from registry.errors import Damaged, Unavailable
from registry.store import FrameStore

FRAME = pl.DataFrame({"site": ["990000010", None], "score": [0.1, 0.30000000000000004]})


@pytest.fixture
def store(tmp_path):
    return FrameStore(f"file://{tmp_path}/a folder")


async def test_a_frame_comes_back_as_it_was_and_is_kept_once(store, tmp_path):
    digest = await store.put_frame(FRAME)
    assert await store.put_frame(FRAME) == digest
    assert (await store.get_frame(digest)).equals(FRAME)
    assert [p.stem for p in (tmp_path / "a folder").rglob("*") if p.is_file()] == [digest]


async def test_one_flipped_bit_is_seen(store, tmp_path):
    digest = await store.put_frame(FRAME)
    path = next(p for p in (tmp_path / "a folder").rglob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(Damaged):
        await store.get_frame(digest)


async def test_a_lost_frame_is_said_to_be_lost(store):
    with pytest.raises(Damaged):
        await store.get_frame("0" * 64)


def test_a_place_that_cannot_be_made_gives_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        FrameStore(f"file://{tmp_path}/file/store")
