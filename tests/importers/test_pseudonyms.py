"""Pseudonyms are kept only as keyed digests, and the data digest does not change by it."""

import polars as pl

from evaluation.data import PilotData
from evaluation.protocol import load_protocol
from importers.identity.pseudonyms import keyed_digest, pseudonymise

PROTOCOL = load_protocol("stepped-automation")
TABLE = PROTOCOL.tables[0]
FRAME = pl.DataFrame({"site": ["1", "1", "1"], "cluster": ["Unité A", "Unité B", None], "completion": [0.1, 0.2, 0.3]})


def test_the_digest_is_the_published_function():
    # RFC 4231, test case 2: HMAC-SHA256 under "Jefe" of "what do ya want for nothing?"
    import hashlib
    import hmac

    assert hmac.new(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hexdigest().startswith("5bdcc146bf60754e")
    assert keyed_digest(b"k", "cluster", "A") == hmac.new(b"k", b"cluster\nA", hashlib.sha256).hexdigest()[:32]


def test_identifiers_are_replaced_and_nothing_else():
    out = pseudonymise(FRAME, TABLE, b"key")
    assert out["cluster"].to_list() == [keyed_digest(b"key", "cluster", v) for v in ("Unité A", "Unité B")] + [None]
    assert out.drop("cluster").equals(FRAME.drop("cluster"))
    assert not pseudonymise(FRAME, TABLE, b"other")["cluster"].equals(out["cluster"])


def test_the_sites_own_file_replays_to_the_same_digest():
    kept = pseudonymise(FRAME, TABLE, b"key")
    digests = {PilotData.from_frames(PROTOCOL, {"weeks": frame}).digest for frame in (FRAME, kept)}
    assert len(digests) == 1
