"""The command: reasoned refusals are one sentence and exit 1, JSON is alone on stdout, syntax alone exits 2."""

import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "import sys; from registry.cli import main; main(sys.argv[1:])"]


def preuve(*arguments, folder=None, stdin="", **settings):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREUVE_")}
    environment |= {"PYTHONPATH": str(ROOT)} | {f"PREUVE_{k}": str(v) for k, v in settings.items()}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        input=stdin,
        check=False,
    )


def refused(result, *words):
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in result.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "demo"
    first = preuve("demo", "--dir", folder, "--json")
    assert first.returncode == 0, first.stderr
    return folder, json.loads(first.stdout)


def test_the_demonstration_ends_as_the_data_say(demo):
    _, played = demo
    outcomes = {tool["id"]: (tool["computed"], tool["decision"]) for tool in played["tools"]}
    assert outcomes == {
        "vigiscope": ("referenced", "referenced"),
        "dermalyse": ("conditional", "conditional"),
        "collegium-derm": ("not_referenced", None),
        "enqueta": ("not_referenced", "not_referenced"),
        "fluidia-labo": ("more_evidence", "more_evidence"),
    }
    assert all(tool["why"] for tool in played["tools"])
    roles = [account["role"] for account in played["accounts"]]
    assert sorted(roles) == sorted(
        ["evaluator", "evaluator", "central", "central", "pilot-site", "administrator", "supplier", "programme"]
    )
    assert all(len(account["password"]) >= 12 for account in played["accounts"])
    assert Path(played["open_pilot"]["ready_file"]).is_file()


def test_playing_again_elsewhere_changes_nothing(demo, tmp_path):
    folder, played = demo
    environment = {"LOCALE": "en"}
    again = json.loads(preuve("demo", "--dir", folder, "--json").stdout)
    assert again["editions"] == played["editions"]
    assert [tool["scorecard"] for tool in again["tools"]] == [tool["scorecard"] for tool in played["tools"]]
    assert {account["password"] for account in again["accounts"]} == {None}
    other = {
        **os.environ,
        "HOME": str(tmp_path),
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "PYTHONPATH": str(ROOT),
        "PREUVE_LOCALE": environment["LOCALE"],
    }
    made = subprocess.run(
        [*COMMAND, "demo", "--dir", str(tmp_path / "demo"), "--json"],
        capture_output=True,
        text=True,
        env=other,
        check=True,
    )
    assert [tool["scorecard"] for tool in json.loads(made.stdout)["tools"]] == [
        tool["scorecard"] for tool in played["tools"]
    ]


def test_the_numbers_of_the_lesion_tool_by_brute_force(demo):
    """Sensitivity at 0.1 by counting, the area under the curve by comparing every pair."""
    import polars as pl

    folder, played = demo
    data = pl.read_csv(
        ROOT / "registry/demo/data/isic_lesion_size_2020.csv", infer_schema_length=None, null_values=[""]
    )
    positive = data.filter(pl.col("melanoma") == 1)["ai_score"].to_list()
    negative = data.filter(pl.col("melanoma") == 0)["ai_score"].to_list()
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    digest = next(tool["scorecard"] for tool in played["tools"] if tool["id"] == "dermalyse")
    with sqlite3.connect(folder / "preuve.sqlite3") as database:
        content = json.loads(
            database.execute("select content from scorecard_record where digest = ?", [digest]).fetchone()[0]
        )
    found = {i["id"]: i["estimate"]["value"] for i in content["indicators"]}
    assert found["auc"] == pytest.approx(wins / (len(positive) * len(negative)), abs=1e-9)
    assert found["sensitivity"] == pytest.approx(sum(p >= 0.1 for p in positive) / len(positive), abs=1e-9)


@pytest.mark.parametrize("central", ["uniha", "resah"])
def test_verify_accepts_the_workbook_and_refuses_one_changed_cell(demo, tmp_path, central):
    folder, played = demo
    path = Path(played["editions"][central]["workbook"])
    accepted = preuve("verify", path, "--json", DATA_DIR=folder)
    assert accepted.returncode == 0
    assert json.loads(accepted.stdout)["registry"] is True
    assert json.loads(accepted.stdout)["digest"] == played["editions"][central]["digest"]
    book = load_workbook(path)
    book["Référencement"]["J2"] = "Référencée"
    book["Indicateurs"]["G2"] = 0.99
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    result = preuve("verify", changed)
    assert (result.returncode, result.stdout) == (1, "")
    assert "changé après la publication" in result.stderr


def test_a_site_replays_its_own_scorecard_offline(demo, tmp_path):
    """The data manager's file, evaluated without a registry, gives the registry's bytes."""
    from registry.demo.prepare import lesions

    folder, played = demo
    file = lesions("990000051", "ai_score")[0]
    (tmp_path / file.name).write_bytes(file.content)
    made = preuve(
        "evaluate", tmp_path / file.name, "--protocol", "lesion-detection", "--out", tmp_path / "card.json", "--json"
    )
    assert made.returncode == 0
    assert json.loads(made.stdout)["digest"] == next(t["scorecard"] for t in played["tools"] if t["id"] == "dermalyse")
    assert (tmp_path / "card.json").read_text(encoding="utf-8") == made.stdout
    verified = preuve("verify", tmp_path / "card.json", DATA_DIR=folder)
    assert verified.returncode == 0
    assert "le connaît" in verified.stdout


def test_export_gives_the_same_workbook(demo, tmp_path):
    folder, played = demo
    for form in ("xlsx", "csv", "json"):
        made = preuve("export", "uniha", "--format", form, "-o", tmp_path / f"list.{form}", DATA_DIR=folder)
        assert made.returncode == 0, made.stderr
    assert (tmp_path / "list.xlsx").read_bytes() == Path(played["editions"]["uniha"]["workbook"]).read_bytes()
    assert preuve("verify", tmp_path / "list.json", DATA_DIR=folder).returncode == 0
    refused(preuve("export", "nobody", "-o", tmp_path / "x.xlsx", DATA_DIR=folder))
    refused(preuve("export", "uniha", "--edition", "99", "-o", tmp_path / "x.xlsx", DATA_DIR=folder))


def test_the_ready_file_is_accepted_and_a_wrong_one_told_in_full(demo, tmp_path):
    _, played = demo
    ready = played["open_pilot"]
    good = preuve("check", ready["ready_file"], "--protocol", ready["protocol"], "--site", ready["site"], "--json")
    assert (good.returncode, json.loads(good.stdout)["accepted"]) == (0, True)
    text = (
        Path(ready["ready_file"])
        .read_text(encoding="utf-8-sig")
        .replace("avant", "pendant", 1)
        .replace("5,8", "cinq", 1)
    )
    bad = tmp_path / "bad.csv"
    bad.write_text(text, encoding="utf-8")
    found = preuve("check", bad, "--protocol", ready["protocol"], "--json")
    assert found.returncode == 1
    answer = json.loads(found.stdout)
    assert {(i["code"], i["cell"]) for i in answer["issues"] if i["severity"] == "error"} == {
        ("invalid_label", "D2"),
        ("invalid_number", "E2"),
    }
    shown = preuve("check", bad, "--protocol", ready["protocol"])
    assert shown.returncode == 1
    assert "Ligne 2" in shown.stdout


def test_reasoned_refusals(tmp_path):
    refused(preuve("check", "absent.csv", "--protocol", "diagnostic-accuracy", folder=tmp_path), "absent.csv")
    (tmp_path / "broken.csv").symlink_to("/proc/self/mem")  # its bytes cannot be read
    refused(preuve("check", tmp_path / "broken.csv", "--protocol", "diagnostic-accuracy"), "s'est interrompue")
    (tmp_path / "f.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    refused(preuve("check", tmp_path / "f.csv", "--protocol", "nonexistent"), "protocole inconnu")
    (tmp_path / "p.toml").write_text('id = "p"\nversion = 1\n', encoding="utf-8")
    refused(preuve("check", tmp_path / "f.csv", "--protocol", tmp_path / "p.toml"), "title", "cette clé manque")
    (tmp_path / "context.json").write_text("{", encoding="utf-8")
    refused(
        preuve("check", tmp_path / "f.csv", "--protocol", "diagnostic-accuracy", "--context", tmp_path / "context.json")
    )
    refused(preuve("verify", "absent.xlsx", folder=tmp_path))
    refused(
        preuve("template", "diagnostic-accuracy", "-o", tmp_path / "no" / "x.xlsx"), f"{tmp_path / 'no'} ne peut pas"
    )
    refused(preuve("template", "diagnostic-accuracy", "-o", tmp_path / "x.csv"), "finit par .xlsx")
    refused(preuve("check", tmp_path, "--protocol", "diagnostic-accuracy"), "est un dossier")
    marked = ("--annotate", tmp_path / "x.csv")
    refused(preuve("check", tmp_path / "f.csv", "--protocol", "diagnostic-accuracy", *marked), "finit par .xlsx")
    refused(preuve("template", "diagnostic-accuracy", "--table", "nothing", "-o", tmp_path / "x.xlsx"), "nothing")
    refused(preuve("user", "add", "a@b.c", "--role", "evaluator", DATA_DIR=tmp_path / "d"))
    refused(
        preuve(
            "user", "add", "a@b.c", "--role", "evaluator", "--password-stdin", DATA_DIR=tmp_path / "d", stdin="short\n"
        )
    )
    refused(preuve("token", "add", "nobody@b.c", DATA_DIR=tmp_path / "d"))


def test_an_unusable_data_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    refused(preuve("migrate", DATA_DIR=tmp_path / "file"), "file")
    refused(preuve("migrate", DATABASE_URL="mysql://x"))
    refused(preuve("migrate", DATA_DIR=tmp_path / "pg", DATABASE_URL="postgresql://127.0.0.1:9/none"))


def test_production_refuses_an_unsafe_setting(tmp_path):
    refused(preuve("serve", "--port", "1", DATA_DIR=tmp_path, ENV="production"), "PREUVE_PUBLIC_URL")


def test_a_locked_database_is_one_sentence(tmp_path):
    assert preuve("migrate", DATA_DIR=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "preuve.sqlite3", isolation_level=None) as database:
        database.execute("BEGIN EXCLUSIVE")
        refused(
            preuve(
                "user",
                "add",
                "a@b.c",
                "--role",
                "evaluator",
                "--password-stdin",
                DATA_DIR=tmp_path,
                stdin="a long password\n",
            )
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("check",),
        ("export", "uniha"),
        ("serve", "--port", "x"),
        ("user", "add", "a@b.c", "--role", "king"),
    ],
)
def test_wrong_syntax_exits_two(arguments):
    result = preuve(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_catalogues_as_json():
    protocols = json.loads(preuve("protocols", "--json").stdout)
    assert {"id", "labels", "use_case"} <= set(protocols[0])
    indicators = json.loads(preuve("indicators", "--json").stdout)
    assert {"code", "labels", "domain"} <= set(indicators[0])
    assert "properties" in json.loads(preuve("protocols", "--schema").stdout)


def test_accounts_and_tokens(tmp_path):
    made = preuve(
        "user",
        "add",
        "Anne@Example.org",
        "--role",
        "evaluator",
        "--password-stdin",
        DATA_DIR=tmp_path,
        stdin="une longue phrase\n",
    )
    assert made.returncode == 0
    token = json.loads(
        preuve("token", "add", "anne@example.org", "--scope", "read", "--json", DATA_DIR=tmp_path).stdout
    )
    assert token["token"].startswith("preuve_")
    again = preuve(
        "user",
        "add",
        "anne@example.org",
        "--role",
        "evaluator",
        "--password-stdin",
        DATA_DIR=tmp_path,
        stdin="une longue phrase\n",
    )
    refused(again)
    assert token["token"].encode() not in (tmp_path / "preuve.sqlite3").read_bytes()


def test_doctor_says_what_is_in_force(tmp_path):
    assert preuve("migrate", DATA_DIR=tmp_path).returncode == 0
    checks = json.loads(preuve("doctor", "--json", DATA_DIR=tmp_path).stdout)
    assert {"PREUVE_ENV", "PREUVE_SECRET_KEY", "schema", "audit"} <= {check["name"] for check in checks}


def test_verify_needs_no_registry_even_after_doctor_looked_for_one(demo, tmp_path):
    _, played = demo
    schema = json.loads(preuve("doctor", "--json", DATA_DIR=tmp_path).stdout)[-1]
    assert (schema["ok"], schema["advice"]) == (False, "Il n'y a pas encore de registre ici : lancez preuve migrate.")
    verified = preuve("verify", played["editions"]["uniha"]["workbook"], "--json", DATA_DIR=tmp_path)
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["registry"] is None


def test_a_file_given_twice_is_not_counted_twice(demo):
    _, played = demo
    file = played["open_pilot"]["ready_file"]
    alone = preuve("evaluate", file, "--protocol", "turnaround-before-after", "--json")
    assert alone.returncode == 0
    twice = preuve("evaluate", file, file, "--protocol", "turnaround-before-after", "--json")
    assert (twice.returncode, twice.stdout) == (1, "")
    assert "7500 cas sont dans plusieurs de ces fichiers" in twice.stderr


def test_a_port_is_not_shared(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(preuve("serve", "--port", port, DATA_DIR=tmp_path), port)
    refused(preuve("serve", "--port", "99999", DATA_DIR=tmp_path), "99999")
    refused(preuve("serve", "--host", "300.1.1.1", DATA_DIR=tmp_path), "300.1.1.1")


def test_only_a_plain_file_is_written_over(tmp_path):
    pipe, link, real = tmp_path / "pipe.xlsx", tmp_path / "link.xlsx", tmp_path / "real.xlsx"
    os.mkfifo(pipe)
    result = preuve("template", "turnaround-before-after", "-o", pipe)
    refused(result)
    assert "n'est pas un fichier ordinaire" in result.stderr
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    real.touch()
    link.symlink_to(real)
    assert preuve("template", "turnaround-before-after", "-o", link).returncode == 0
    assert link.is_symlink()
    assert real.stat().st_size > 0


HELP = """
import json, click
from registry.cli import COMMANDS, preuve

def texts(command):
    yield from filter(None, [command.help, *(p.help for p in command.params if isinstance(p, click.Option))])
    for inner in getattr(command, "commands", {}).values():
        yield from texts(inner)

context = click.Context(preuve)
print(json.dumps([text for name in COMMANDS for text in texts(preuve.get_command(context, name))]))
"""


def test_every_help_is_french_and_english():
    from evaluation.language import translations

    english = subprocess.run(
        [sys.executable, "-c", HELP], capture_output=True, check=True, env={**os.environ, "PREUVE_LOCALE": "en"}
    )
    shown = json.loads(english.stdout)
    assert len(shown) > 30
    french = translations("registry", "fr").gettext
    assert [text for text in shown if french(text) == text] == []


def test_help_is_quick():
    import importlib

    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import sys; from registry.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"],
        capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ).stderr  # fmt: skip
    heavy = ("polars", "scipy", "litestar", "piccolo", "openpyxl", "vl_convert", "numpy", "pydantic")
    assert importlib.util.find_spec("polars")
    assert not [name for name in heavy if f"| {name}\n" in loaded]


def test_check_with_a_context_gives_the_normalised_rows(tmp_path):
    folder = ROOT / "tests" / "corpus" / "public"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    entry = next(e for e in expected["files"] if e["expect"] == "accept" and e.get("normalised", {}).get("rows"))
    file = folder / entry["file"]
    context = folder / "expected.json"
    asked = ("check", file, "--protocol", "diagnostic-accuracy", "--context", context, "--rows", "--json")
    assert json.loads(preuve(*asked).stdout)["normalised_rows"] == entry["normalised"]["rows"]
