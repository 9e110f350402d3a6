"""The house stands as drawn: the import contracts hold, and each of them can fail."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINT = [
    sys.executable,
    "-c",
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
]


def test_the_import_contracts_hold():
    found = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    assert "2 kept, 0 broken" in found.stdout


def test_a_stray_module_and_a_forbidden_import_break_them(tmp_path):
    import shutil

    for room in ("registry", "evaluation", "importers", "exports"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "registry" / "stray.py").write_text('"""Nowhere in the drawing."""\n', encoding="utf-8")
    found = subprocess.run(LINT, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode != 0
    (tmp_path / "registry" / "stray.py").unlink()
    module = tmp_path / "evaluation" / "canonical.py"
    module.write_text(module.read_text(encoding="utf-8") + "\nimport importers.report\n", encoding="utf-8")
    found = subprocess.run(LINT, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode != 0


def test_nothing_outside_the_rooms_is_code():
    top = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert top == {"registry", "evaluation", "importers", "exports", "tests"}
