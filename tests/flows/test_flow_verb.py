"""`checkline flow`: lint, show, simulate, as the command does them."""

import json

import pytest

from bot.cli.main import main
from bot.flows.load import shipped
from tests.flows.test_lint import GOOD


@pytest.fixture
def run(capsys):
    """Run the command; exit code, stdout, stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["flow", *map(str, arguments)])
        out = capsys.readouterr()
        return caught.value.code, out.out, out.err

    return call


@pytest.fixture
def answers(tmp_path):
    """A file of answers."""

    def write(*lines):
        path = tmp_path / "answers.txt"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write


def written(tmp_path, text, name="one.yaml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_lint_of_good_files_exits_0(run, tmp_path):
    path = written(tmp_path, GOOD)
    assert run("lint", path, "welcome") == (0, f"{path}: no faults\nwelcome: no faults\n", "")


def test_lint_reports_the_faults_of_all_files_and_exits_1(run, tmp_path):
    form = written(tmp_path, GOOD.replace("hours: 24", "hours: no"), "form.yaml")
    sense = written(tmp_path, GOOD.replace("act: task.open", "act: task.close").replace("done: [mood]", "done: [sleep]"), "sense.yaml")
    code, out, _ = run("lint", form, sense, written(tmp_path, GOOD))
    assert code == 1
    assert [line.split(": ")[0].rpartition("/")[2] for line in out.splitlines()] == [
        "form.yaml:16",
        "form.yaml:25",
        "sense.yaml:5",
        "sense.yaml:33",
        "one.yaml",
    ]


def test_lint_as_json(run, tmp_path):
    path = written(tmp_path, GOOD.replace("act: task.open", "act: task.close"))
    code, out, _ = run("lint", path, "--json")
    (file,) = json.loads(out)["files"]
    assert (code, file["path"]) == (1, str(path))
    assert {name: file["faults"][0][name] for name in ("line", "where", "code")} == {
        "line": 33,
        "where": "steps.tell.call",
        "code": "unknown-act",
    }


def test_a_file_that_is_not_there_exits_2(run, tmp_path):
    code, _, err = run("lint", tmp_path / "none.yaml")
    assert (code, "cannot be read" in err) == (2, True)


@pytest.mark.parametrize("name", shipped())
def test_show_names_every_step_with_every_way_on(run, name):
    code, out, _ = run("show", name)
    assert code == 0
    for step in shipped()[name].steps:
        assert f"\n{step}: " in out
    assert len([line for line in out.splitlines() if "->" in line]) >= len(shipped()[name].steps) - 4


def test_show_as_json(run):
    code, out, _ = run("show", "welcome", "--json")
    shown = json.loads(out)
    assert (code, shown["flow"], list(shown["steps"])) == (0, "welcome", list(shipped()["welcome"].steps))


def test_show_writes_every_condition_out(run, tmp_path):
    text = GOOD.replace(
        "{answer: mood, is: bad}",
        "{all: [{not: {answer: mood, in: [bad]}}, {any: [{answer: pain, missing: true}, {answer: pain, above: 3}]}]}",
    )
    _, out, _ = run("show", written(tmp_path, text))
    assert "if (not mood in bad and (pain is missing or pain above 3)) -> tell" in out
    assert "if pain at least 7 (missing counts as false) -> tell" in out
    assert "score total = sum of mood, pain" in out


def test_simulate_walks_with_the_answers(run, answers):
    code, out, _ = run("simulate", "weekly-pulse", "--answers", answers("3", "1 3", "2", "my leg hurts"))
    assert code == 0
    for line in (
        '  = pulse: "worse"',
        '  = needs: ["symptom", "medicine"]',
        "  = today: false",
        "client> my leg hurts",
        "        3 Worse",
        "line>   Hi Sam, this is Riverside Care.",
    ):
        assert f"\n{line}" in f"\n{out}"
    assert out.endswith("-- over: completed; done\n")


def test_simulate_speaks_the_clients_language(run, answers):
    _, out, _ = run("simulate", "welcome", "--answers", answers("/press es"))
    assert "1 English\n        2 Español\n        3 العربية" in out
    assert 'language.set(language="es")' in out
    assert "línea" in out


def test_simulate_as_json(run, answers):
    code, out, _ = run("simulate", "goal-progress", "--answers", answers("30", "9"), "--json")
    found = json.loads(out)
    assert (code, found["outcome"], found["done"], found["at"]) == (0, "completed", True, None)
    assert found["answers"] == {"progress": {"value": 30, "unit": "minutes"}, "confidence": {"value": 9, "unit": None}}
    assert [turn["event"] for turn in found["turns"]] == ["start", "reply", "reply"]


def test_simulate_takes_events_and_screens_every_reply(run, answers):
    path = answers("/nudge", "I want to die", "/release", "1")
    _, out, _ = run("simulate", "weekly-pulse", "--answers", path, "--json")
    found = json.loads(out)
    assert [turn["event"] for turn in found["turns"]] == ["start", "nudge", "reply", "release", "reply"]
    assert found["turns"][2]["screened"] == "critical"
    assert found["turns"][2]["effects"] == [{"effect": "hold"}]
    assert found["outcome"] == "completed"


@pytest.mark.parametrize(("line", "outcome"), [("/timeout", "expired"), ("/cancel stopped", "stopped"), ("/cancel", "stopped")])
def test_simulate_ends_by_event(run, answers, line, outcome):
    _, out, _ = run("simulate", "weekly-pulse", "--answers", answers(line), "--json")
    assert json.loads(out)["outcome"] == outcome


def test_simulate_says_where_it_waits_when_the_answers_run_out(run, answers):
    _, out, _ = run("simulate", "weekly-pulse", "--answers", answers("3"))
    assert out.endswith("-- waits at needs; done\n")


def test_answers_after_the_end_are_not_read(run, answers):
    code, _, err = run("simulate", "weekly-pulse", "--answers", answers("1", "1"))
    assert (code, "line 2" in err) == (0, True)


@pytest.mark.parametrize("line", ["/dance", "/press gold"])
def test_a_command_that_is_none_exits_2(run, answers, line):
    assert run("simulate", "weekly-pulse", "--answers", answers(line))[0] == 2


@pytest.mark.parametrize(
    "arguments", [[], ["--all-paths", "--answers", "x"], ["--answers", "/nowhere/x"], ["--all-paths", "--fact", "shoe=44"]]
)
def test_wrong_use_exits_2(run, arguments):
    assert run("simulate", "weekly-pulse", *arguments)[0] == 2


def test_facts_may_be_given_and_left_out(run, answers):
    path = answers("30", "10")
    assert "Hi Ada" in run("simulate", "goal-progress", "--answers", path, "--fact", "name=Ada")[1]
    assert "waits at barrier" in run("simulate", "goal-progress", "--answers", path, "--fact", "goal_low=40")[1]
    assert "over: completed" in run("simulate", "goal-progress", "--answers", path, "--fact", "goal_low=")[1]


@pytest.mark.parametrize("name", shipped())
def test_all_paths_walks_every_answer_to_an_end(run, name):
    code, out, err = run("simulate", name, "--all-paths", "--json")
    found = json.loads(out)
    assert (code, err, found["complete"], found["misread"]) == (0, "", True, [])
    assert {path["end"] for path in found["paths"]} == {"completed", "expired", "handed_over"}
    assert len({json.dumps(path["answers"]) for path in found["paths"]}) == len(found["paths"])
    asked = {step for path in found["paths"] for step, _ in path["answers"]}
    assert asked == {step.id for step in shipped()[name].steps.values() if hasattr(step, "repair")}


def test_all_paths_prints_a_line_for_each_and_their_number(run):
    code, out, _ = run("simulate", "appointment-reminder", "--all-paths")
    lines = out.splitlines()
    assert (code, lines[-1]) == (0, f"-- {len(lines) - 1} paths")
    assert "attendance=3 > reason=1 : completed (*appointment.answer *appointment.reason *task.open)" in lines
    assert "attendance=(no answer) : expired" in lines


def test_all_paths_fails_when_a_listed_answer_is_not_read(run):
    code, _, err = run("simulate", "appointment-reminder", "--all-paths", "--language", "tlh")
    assert (code, "steps.attendance" in err) == (1, True)


def test_a_flow_that_goes_round_is_cut(run, tmp_path):
    text = GOOD.replace("{else: sum}", "{else: mood}")
    text = text.replace("  sum:\n    score: {code: total, of: [mood, pain]}\n", "")
    code, out, _ = run("simulate", written(tmp_path, text), "--all-paths", "--json")
    found = json.loads(out)
    assert (code, found["complete"]) == (0, True)
    assert {path["end"] for path in found["paths"]} == {"completed", "expired", "goes round"}
    assert max(len(path["answers"]) for path in found["paths"]) == 4
