"""Rule sets: the packaged data, the strict reader, and the overrides of vote.toml."""

from __future__ import annotations

import contextlib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tally.rule_sets
from records.errors import RuleSetError
from records.rules import SETTINGS, Base, Comparison, FaultScope, Publication, RuleSet, Wording, parse_cutoffs
from records.vote import Level
from tally.rules import apply_overrides, load_rule_set, parse_rule_set, rule_sets

FOLDER = Path(tally.rule_sets.__file__).parent
QD96_TEXT = (FOLDER / "qd96.toml").read_text(encoding="utf-8")


def edited(old: str, new: str) -> str:
    assert old in QD96_TEXT
    return QD96_TEXT.replace(old, new, 1)


def refused(text: str) -> RuleSetError:
    with pytest.raises(RuleSetError) as caught:
        parse_rule_set(text, "mine.toml")
    assert caught.value.details["name"] == "mine.toml"
    assert caught.value.exit_code == 3
    return caught.value


def test_every_packaged_file_is_loaded_under_its_own_id():
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == list(rule_sets())
    assert {name: rules.id for name, rules in rule_sets().items()} == {name: name for name in rule_sets()}
    assert set(rule_sets()) == {"bo_phieu", "bt2009", "nq35", "nq85", "nq96", "qd262", "qd96"}


@pytest.mark.parametrize("name", ["qd96", "nq96"])
def test_the_rules_of_rules_md(name):
    rules = load_rule_set(name)
    assert rules.levels == (
        Level("high", "Tín nhiệm cao"),
        Level("medium", "Tín nhiệm"),
        Level("low", "Tín nhiệm thấp"),
    )
    assert rules.base is Base.RETURNED
    thresholds = [(t.outcome, t.level, t.numerator, t.denominator, t.comparison) for t in rules.thresholds]
    assert thresholds == [
        ("two_thirds_low", "low", 2, 3, Comparison.AT_LEAST),
        ("over_half_low", "low", 1, 2, Comparison.MORE_THAN),
    ]
    assert (rules.quorum.numerator, rules.quorum.denominator) == (2, 3)
    assert "ít nhất 2/3 số người được triệu tập có mặt" in rules.quorum.clause.text
    assert all(threshold.consequence for threshold in rules.thresholds)
    assert rules.decided == ()
    defaults = {
        "line_fault": "line",
        "ballot_fault": "ballot",
        "other_mark": "review",
        "seal": "review",
        "foreign_in_returned": "apart",
    }
    assert {setting: getattr(rules, setting) for setting in defaults} == defaults


@pytest.mark.parametrize(
    ("name", "base", "thresholds", "publication"),
    [
        ("qd262", "returned", [("low", 2, 3, "at_least"), ("low", 1, 2, "more_than")], "confidential"),
        ("nq96", "returned", [("low", 2, 3, "at_least"), ("low", 1, 2, "more_than")], "public"),
        ("nq85", "delegates", [("low", 2, 3, "at_least"), ("low", 1, 2, "more_than")], "public"),
        ("nq35", "delegates", [("low", 2, 3, "more_than"), ("low", 1, 2, "more_than")], "public"),
        ("bo_phieu", "returned", [("no_confidence", 1, 2, "more_than")], "confidential"),
        ("bt2009", "returned", [], "confidential"),
    ],
)
def test_base_and_thresholds_of_each_rule_set(name, base, thresholds, publication):
    rules = load_rule_set(name)
    assert rules.base == base
    found = [(t.level, t.numerator, t.denominator, t.comparison) for t in rules.thresholds]
    assert found == thresholds
    assert (rules.documents.publication, rules.documents.copies) == (publication, 3)
    assert all(threshold.consequence for threshold in rules.thresholds)


def test_the_grades_of_binh_thuan_wait_for_their_cutoffs():
    rules = load_rule_set("bt2009")
    assert [level.label for level in rules.levels] == ["Đồng ý", "Không đồng ý"]
    assert rules.grades is not None
    assert rules.grades.labels == ("tín nhiệm tốt và khá", "tín nhiệm trung bình", "tín nhiệm thấp")
    assert rules.grades.cutoffs == ()


def test_the_grounds_of_invalidity_are_verbatim():
    grounds = {
        "not_issued": "Phiếu không do Ban kiểm phiếu phát ra",
        "struck_name": "Phiếu có gạch xóa họ tên người được in trên phiếu",
        "added_writing": "Phiếu có ghi thêm tên người hoặc các thông tin khác vào phiếu",
        "several_marks": "đánh dấu vào 2 hoặc 3 ô tương ứng với tên của một người được lấy phiếu tín nhiệm",
        "not_a_cross": "đánh dấu X vào 1 trong 3 ô",
    }
    for rules in rule_sets().values():
        for code, words in grounds.items():
            assert words in rules.fault_clause(code).text
            assert rules.fault_clause(code).wording is Wording.VERBATIM
        with pytest.raises(KeyError):
            rules.fault_clause("too_late")


def test_the_base_of_resolution_96_is_verbatim_and_what_is_not_says_so():
    nq96 = load_rule_set("nq96")
    assert nq96.base_clause.text.endswith("là tổng số phiếu thu về")
    assert nq96.base_clause.wording is Wording.VERBATIM
    assert {threshold.clause.wording for threshold in nq96.thresholds} == {Wording.SUMMARY}


def test_packaged_text_is_nfc():
    for path in FOLDER.glob("*.toml"):
        assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(RuleSetError, match="rule_set_unknown") as caught:
        load_rule_set("qd97")
    assert caught.value.details == {"name": "qd97", "known": ", ".join(rule_sets())}


def test_a_file_of_ones_own_works_the_same_way():
    text = edited('id = "qd96"', 'id = "binh-thuan"').replace('line_fault = "line"', 'line_fault = "ballot"')
    rules = parse_rule_set(text, "mine.toml")
    assert (rules.id, rules.line_fault) == ("binh-thuan", FaultScope.BALLOT)


def test_a_threshold_may_go_without_a_consequence():
    text = "\n".join(line for line in QD96_TEXT.splitlines() if not line.startswith("consequence"))
    assert [threshold.consequence for threshold in parse_rule_set(text, "mine.toml").thresholds] == ["", ""]


@pytest.mark.parametrize(
    ("old", "new", "message_id", "place"),
    [
        ("format = 1", "format = 2", "rule_set_format", "format"),
        ("format = 1", "", "rule_set_format", "format"),
        ("version = 2", "version = 2\nedition = 2", "rule_set_unknown_key", "edition"),
        ("version = 2", "", "rule_set_missing_key", "version"),
        ("version = 2", 'version = "1"', "rule_set_wrong_type", "version"),
        ("version = 2", "version = true", "rule_set_wrong_type", "version"),
        ("version = 2", "version = 0", "rule_set_below_one", "version"),
        ('id = "qd96"', 'id = "QĐ 96"', "rule_set_bad_id", "id"),
        ('title = "Quy định', 'title = "Quy định', "rule_set_not_nfc", "title"),
        ('label = "Tín nhiệm"', 'label = " "', "rule_set_empty", "level[2].label"),
        ('label = "Tín nhiệm"', "label = 2", "rule_set_wrong_type", "level[2].label"),
        ('id = "medium"', 'id = "high"', "rule_set_duplicate", "level[2].id"),
        ('id = "medium"', 'id = "invalid"', "rule_set_reserved", "level[2].id"),
        ('base = "returned"', 'base = "handed_out"', "rule_set_wrong_word", "settings.base"),
        ('line_fault = "line"', 'line_fault = "page"', "rule_set_wrong_word", "settings.line_fault"),
        ('line_fault = "line"', "", "rule_set_missing_key", "settings.line_fault"),
        ('line_fault = "line"', 'linefault = "line"', "rule_set_unknown_key", "settings.linefault"),
        ("denominator = 3", "denominator = 1", "rule_set_share_above_one", "quorum.numerator"),
        ("numerator = 1", "numerator = 3", "rule_set_share_above_one", "threshold[2].numerator"),
        ("numerator = 1", "numerator = 0", "rule_set_below_one", "threshold[2].numerator"),
        ("numerator = 1", "numerator = -1", "rule_set_below_one", "threshold[2].numerator"),
        ("numerator = 1", "numerator = 0.5", "rule_set_wrong_type", "threshold[2].numerator"),
        ('level = "low"', 'level = "lowest"', "rule_set_wrong_word", "threshold[1].level"),
        ('outcome = "over_half_low"', 'outcome = "none"', "rule_set_wrong_word", "threshold[2].outcome"),
        (
            'outcome = "over_half_low"',
            'outcome = "two_thirds_low"',
            "rule_set_duplicate",
            "threshold[2].outcome",
        ),
        (
            'comparison = "more_than"',
            'comparison = "above"',
            "rule_set_wrong_word",
            "threshold[2].comparison",
        ),
        ('comparison = "more_than"', "", "rule_set_missing_key", "threshold[2].comparison"),
        ("[fault.no_seal]", "[fault.no_stamp]", "rule_set_unknown_key", "fault.no_stamp"),
        (
            'text = "Phiếu không do',
            'texts = "Phiếu không do',
            "rule_set_unknown_key",
            "fault.not_issued.texts",
        ),
        ('wording = "summary"\n\n', 'wording = "x"\n\n', "rule_set_wrong_word", "base_clause.wording"),
    ],
)
def test_a_mistake_is_refused_with_its_place(old, new, message_id, place):
    if message_id == "rule_set_not_nfc":
        new = unicodedata.normalize("NFD", new)
    error = refused(edited(old, new))
    assert (error.message_id, error.details["place"]) == (message_id, place)


def test_a_missing_clause_is_named():
    start = QD96_TEXT.index("[fault.no_mark]")
    error = refused(QD96_TEXT[:start] + QD96_TEXT[QD96_TEXT.index("[fault.several_marks]") :])
    assert (error.message_id, error.details["place"]) == ("rule_set_missing_key", "fault.no_mark")
    start = QD96_TEXT.index("[threshold.clause]")
    error = refused(QD96_TEXT[:start] + QD96_TEXT[QD96_TEXT.index("[[threshold]]", start) :])
    assert (error.message_id, error.details["place"]) == ("rule_set_missing_key", "threshold[1].clause")


@pytest.mark.parametrize(
    ("key", "value", "message_id"),
    [
        ("level", "[]", "rule_set_empty"),
        ("level", "[1]", "rule_set_wrong_type"),
        ("level", "3", "rule_set_wrong_type"),
        ("fault", "3", "rule_set_wrong_type"),
    ],
)
def test_a_table_of_the_wrong_shape_is_refused(key, value, message_id):
    kept, dropping = [], False
    for line in QD96_TEXT.splitlines():
        if line.startswith("["):
            dropping = line.strip("[]").split(".")[0] == key
        if not dropping:
            kept.append(line)
    error = refused(f"{key} = {value}\n" + "\n".join(kept))
    assert (error.message_id, error.details["place"]) == (message_id, key)


def test_thresholds_must_stand_severest_first():
    text = edited(
        "numerator = 2\ndenominator = 3\nconsequence", "numerator = 1\ndenominator = 3\nconsequence"
    )
    error = refused(text)
    assert error.message_id == "rule_set_threshold_order"
    assert error.details["place"] == "threshold[2].numerator"
    # At one and the same share "more than" is the severer one, and has to come first.
    same = edited(
        "numerator = 2\ndenominator = 3\nconsequence", "numerator = 2\ndenominator = 4\nconsequence"
    )
    assert refused(same).message_id == "rule_set_threshold_order"
    swapped = same.replace('comparison = "at_least"', 'comparison = "x"')
    swapped = swapped.replace('comparison = "more_than"', 'comparison = "at_least"')
    rules = parse_rule_set(swapped.replace('comparison = "x"', 'comparison = "more_than"'), "mine.toml")
    assert [t.comparison for t in rules.thresholds] == ["more_than", "at_least"]


def test_the_same_threshold_twice_is_refused():
    text = edited('comparison = "more_than"', 'comparison = "at_least"')
    text = text.replace("numerator = 1\ndenominator = 2", "numerator = 4\ndenominator = 6")
    assert refused(text).message_id == "rule_set_threshold_order"


def test_thresholds_of_different_levels_have_no_order():
    start = QD96_TEXT.index("[[threshold]]", QD96_TEXT.index("[[threshold]]") + 1)
    text = QD96_TEXT[:start] + QD96_TEXT[start:].replace('level = "low"', 'level = "medium"').replace(
        "numerator = 1\ndenominator = 2", "numerator = 3\ndenominator = 4"
    )
    assert [t.level for t in parse_rule_set(text, "mine.toml").thresholds] == ["low", "medium"]


def test_text_that_is_no_toml_is_refused_with_the_line():
    error = refused("format = 1\nid = \n")
    assert error.message_id == "rule_set_not_toml"
    assert "line 2" in str(error.details["reason"])


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 50_000])
def test_text_beyond_the_readers_limits_is_refused(value):
    assert refused(f"format = {value}").message_id == "rule_set_not_toml"


@given(
    st.text(max_size=200)
    | st.sampled_from(QD96_TEXT.splitlines()).map(lambda line: QD96_TEXT.replace(line, ""))
)
def test_any_text_is_a_rule_set_or_a_rule_set_error(text):
    # Any other exception fails the test.
    with contextlib.suppress(RuleSetError):
        assert isinstance(parse_rule_set(text, "mine.toml"), RuleSet)


def test_overrides_change_the_setting_and_are_recorded_as_decided():
    qd96 = load_rule_set("qd96")
    rules = apply_overrides(qd96, (("seal", "require"), ("base", "valid")))
    assert (rules.base, rules.seal) == (Base.VALID, "require")
    assert rules.decided == ("base", "seal")
    assert qd96.decided == ()
    # Spelling out the default closes the question too, and a second round keeps the first.
    again = apply_overrides(rules, (("line_fault", "line"),))
    assert again.decided == ("base", "line_fault", "seal")
    assert apply_overrides(rules, ()) == rules


def test_shares_copies_and_publication_can_be_set():
    overrides = (
        ("quorum", ">= 1/2"),
        ("over_half_low", ">= 1/2"),
        ("two_thirds_low", "3/4"),
        ("publication", "public"),
        ("copies", "5"),
    )
    rules = apply_overrides(load_rule_set("qd96"), overrides)
    assert (rules.quorum.numerator, rules.quorum.denominator) == (1, 2)
    assert [(t.numerator, t.denominator, t.comparison) for t in rules.thresholds] == [
        (3, 4, Comparison.AT_LEAST),
        (1, 2, Comparison.AT_LEAST),
    ]
    assert (rules.documents.publication, rules.documents.copies) == (Publication.PUBLIC, 5)
    assert rules.decided == tuple(name for name, _ in overrides)
    plain = apply_overrides(rules, (("quorum", "2/3"),))
    assert (plain.quorum.numerator, plain.quorum.denominator) == (2, 3)


def test_cutoffs_can_be_set_where_there_are_grades():
    rules = apply_overrides(load_rule_set("bt2009"), (("grade_cutoffs", "2/3, 1/2"),))
    assert rules.grades is not None
    assert [str(share) for share in rules.grades.cutoffs] == ["2/3", "1/2"]
    assert parse_cutoffs("2/3,") is None
    assert parse_cutoffs("> 2/3, 1/2") is None


@pytest.mark.parametrize(
    ("name", "setting", "text", "message_id"),
    [
        ("qd96", "quorum", "> 2/3", "rule_setting_quorum"),
        ("qd96", "quorum", "0/3", "rule_setting_share"),
        ("qd96", "quorum", "2/0", "rule_setting_share"),
        ("qd96", "quorum", "0.6667", "rule_setting_share"),
        ("qd96", "over_half_low", "4/3", "rule_setting_share"),
        ("qd96", "over_half_low", ">= 2/3", "rule_setting_order"),
        ("qd96", "two_thirds_low", "1/2", "rule_setting_order"),
        ("qd96", "copies", "0", "rule_setting_copies"),
        ("qd96", "copies", "21", "rule_setting_copies"),
        ("qd96", "copies", "three", "rule_setting_copies"),
        ("qd96", "publication", "secret", "rule_setting_word"),
        ("qd96", "grade_cutoffs", "2/3, 1/2", "rule_setting_no_grades"),
        ("bt2009", "grade_cutoffs", "2/3", "rule_setting_cutoffs"),
        ("bt2009", "grade_cutoffs", "1/2, 2/3", "rule_setting_cutoffs"),
        ("bo_phieu", "two_thirds_low", "2/3", "rule_setting_no_threshold"),
        ("bt2009", "over_half_low", "1/2", "rule_setting_no_threshold"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(name, setting, text, message_id):
    with pytest.raises(RuleSetError, match=message_id) as caught:
        apply_overrides(load_rule_set(name), ((setting, text),))
    assert caught.value.details["setting"] in {setting, "two_thirds_low"}


BT2009_TEXT = (FOLDER / "bt2009.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "old", "new", "message_id", "place"),
    [
        (QD96_TEXT, "copies = 3", "copies = 21", "rule_set_above", "documents.copies"),
        (QD96_TEXT, "recipients = [", "recipients = [2, ", "rule_set_wrong_type", "documents.recipients[1]"),
        (QD96_TEXT, "recipients = [", "recipients = [] # ", "rule_set_empty", "documents.recipients"),
        (QD96_TEXT, "recipients = [", "recipients = 3 # ", "rule_set_wrong_type", "documents.recipients"),
        (BT2009_TEXT, "labels = [", 'labels = ["tốt"] # ', "rule_set_below_two", "grades.labels"),
        (BT2009_TEXT, 'level = "agree"', 'level = "yes"', "rule_set_wrong_word", "grades.level"),
    ],
)
def test_mistakes_in_documents_and_grades(text, old, new, message_id, place):
    assert old in text
    error = refused(text.replace(old, new, 1))
    assert (error.message_id, error.details["place"]) == (message_id, place)


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_takes_every_word_of_its_own(setting):
    for word in SETTINGS[setting]:
        assert getattr(apply_overrides(load_rule_set("qd96"), ((setting, word.value),)), setting) is word


@pytest.mark.parametrize(
    ("overrides", "message_id"),
    [
        ((("linefault", "line"),), "rule_setting_unknown"),
        ((("line_fault", "page"),), "rule_setting_word"),
        ((("seal", "ignore"), ("seal", "require")), "rule_setting_twice"),
    ],
)
def test_a_wrong_override_is_refused(overrides, message_id):
    with pytest.raises(RuleSetError, match=message_id) as caught:
        apply_overrides(load_rule_set("qd96"), overrides)
    assert caught.value.details["setting"] == overrides[-1][0]
