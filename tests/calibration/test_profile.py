from __future__ import annotations

import json
from dataclasses import replace

import pytest
from calibration_scans import sound_measures

from calibration.profile import check_same_setting, common_streaks, make_profile
from calibration.verdict import VerdictLimits, judge
from records.errors import InputError
from records.scanner_profile import (
    Fitness,
    Repeatability,
    ScanMode,
    ScannerFault,
    ScannerProfile,
    SharpnessMeasures,
    Streak,
    StreakAxis,
    ToneStep,
    profile_from_text,
    profile_sha256,
    profile_to_json,
)
from records.vote import PaperSize

F = ScannerFault


@pytest.fixture(scope="module")
def sound() -> ScannerProfile:
    return make_profile("A scanner", [sound_measures(seed) for seed in (3, 4, 5)])


def test_a_sound_scanner_is_fit(sound):
    assert (sound.fitness, sound.faults) == (Fitness.FIT, ())
    assert sound.scans == 3
    assert sound.repeatability is not None
    assert sound.repeatability.place_mm < 0.02
    assert sound.repeatability.dpi < 0.05
    assert make_profile("x", [sound_measures()]).repeatability is None


def test_a_profile_reads_back_equal_and_its_hash_names_it(sound):
    text = json.dumps(profile_to_json(sound))
    assert profile_from_text(text, "p.json") == sound
    assert json.loads(text)["sha256"] == profile_sha256(sound)
    assert profile_sha256(replace(sound, scanner="B")) != profile_sha256(sound)
    assert profile_sha256(
        make_profile("A scanner", [sound_measures(seed) for seed in (3, 4, 5)])
    ) == profile_sha256(sound)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data["profile"].update(scans=9), "profile_changed"),
        (lambda data: data["profile"].pop("scans"), "profile_unreadable"),
        (lambda data: data.update(format=1), "profile_format"),
        (lambda data: data.pop("profile"), "profile_unreadable"),
    ],
)
def test_a_profile_that_was_touched_is_refused(sound, change, reason):
    data = profile_to_json(sound)
    change(data)
    with pytest.raises(InputError) as caught:
        profile_from_text(json.dumps(data), "p.json")
    assert caught.value.message_id == reason


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_what_is_no_profile_is_refused(text):
    with pytest.raises(InputError, match="profile_unreadable"):
        profile_from_text(text, "p.json")


def with_dpi(profile, x, y):
    return replace(profile, geometry=replace(profile.geometry, dpi_x=x, dpi_y=y))


def with_geometry(profile, **changes):
    return replace(profile, geometry=replace(profile.geometry, **changes))


def with_tone(profile, **changes):
    return replace(profile, tone=replace(profile.tone, **changes))


def with_step(profile, percent, value):
    steps = tuple(
        ToneStep(s.percent, value, value) if s.percent == percent else s for s in profile.tone.steps
    )
    return with_tone(profile, steps=steps)


def with_streaks(profile, count):
    return replace(
        profile, streaks=tuple(Streak(StreakAxis.VERTICAL, 20.0 * n, 1.0, 0.3) for n in range(count))
    )


def with_sharpness(profile, value):
    return replace(profile, sharpness=SharpnessMeasures(value, 3.0, (), (), ()))


CASES = [
    (lambda p: with_dpi(p, 151.0, 150.0), F.RESOLUTION_LOW, Fitness.LIMITS),
    (lambda p: with_dpi(p, 100.0, 100.0), F.RESOLUTION_LOW, Fitness.UNFIT),
    (lambda p: with_dpi(p, 291.0, 291.0), F.SCALE, Fitness.LIMITS),
    (lambda p: with_dpi(p, 198.0, 204.0), F.ANISOTROPY, Fitness.LIMITS),
    (lambda p: with_dpi(p, 194.0, 206.0), F.ANISOTROPY, Fitness.UNFIT),
    (lambda p: with_geometry(p, skew_deg=-2.5), F.SKEW, Fitness.LIMITS),
    (lambda p: with_geometry(p, skew_deg=16.0), F.SKEW, Fitness.UNFIT),
    (lambda p: with_geometry(p, distortion_max_mm=0.31), F.DISTORTION, Fitness.LIMITS),
    (lambda p: with_geometry(p, distortion_max_mm=1.1), F.DISTORTION, Fitness.UNFIT),
    (lambda p: with_tone(p, noise_white=6.0), F.NOISE, Fitness.LIMITS),
    (lambda p: with_tone(p, noise_white=15.0), F.NOISE, Fitness.UNFIT),
    (lambda p: with_tone(p, white_rgb=(250.0, 247.0, 200.0)), F.COLOUR_CAST, Fitness.LIMITS),
    (lambda p: with_step(p, 30, 240.0), F.LIGHT_TONES, Fitness.LIMITS),
    (lambda p: with_step(p, 70, 240.0), F.LIGHT_TONES, Fitness.UNFIT),
    (lambda p: replace(p, mode=ScanMode.BILEVEL), F.BILEVEL, Fitness.LIMITS),
    (lambda p: with_sharpness(p, 1.2), F.BLUR, Fitness.LIMITS),
    (lambda p: with_sharpness(p, 0.7), F.BLUR, Fitness.UNFIT),
    (lambda p: replace(p, light=replace(p.light, loss=0.3)), F.UNEVEN_LIGHT, Fitness.LIMITS),
    (lambda p: replace(p, light=replace(p.light, loss=0.6)), F.UNEVEN_LIGHT, Fitness.UNFIT),
    (lambda p: with_streaks(p, 1), F.STREAKS, Fitness.LIMITS),
    (lambda p: with_streaks(p, 7), F.STREAKS, Fitness.UNFIT),
    (lambda p: replace(p, gain=replace(p.gain, line_y_mm=-0.2)), F.DOT_GAIN, Fitness.LIMITS),
    (lambda p: replace(p, gain=replace(p.gain, dot_mm=0.35)), F.DOT_GAIN, Fitness.UNFIT),
    (lambda p: replace(p, repeatability=Repeatability(0.2, 0, 0, 0)), F.NOT_REPEATABLE, Fitness.LIMITS),
    (lambda p: replace(p, repeatability=Repeatability(0, 20.0, 0, 0)), F.TONE_DRIFT, Fitness.UNFIT),
]


@pytest.mark.parametrize(("change", "fault", "grade"), CASES)
def test_each_fault_alone_gives_its_own_reason_and_grade(sound, change, fault, grade):
    fitness, faults = judge(change(sound))
    assert [(one.fault, one.grade) for one in faults] == [(fault, grade)]
    assert fitness is grade


def test_low_contrast_is_a_fault():
    """Of its own, because noise and tones are judged against the contrast."""
    profile = make_profile("x", [sound_measures()])
    flat = tuple(ToneStep(s.percent, 200 - s.percent, 200 - s.percent) for s in profile.tone.steps)
    for black, grade in ((100.0, Fitness.LIMITS), (150.0, Fitness.UNFIT)):
        fitness, faults = judge(with_tone(profile, white=200.0, black=black, steps=flat))
        assert (fitness, faults[0].fault) == (grade, F.CONTRAST)


def test_the_gravest_fault_comes_first_and_every_fault_has_a_case(sound):
    bad = with_geometry(with_streaks(sound, 1), distortion_max_mm=1.5, skew_deg=3.0)
    fitness, faults = judge(bad)
    assert fitness is Fitness.UNFIT
    assert [one.fault for one in faults] == [F.DISTORTION, F.SKEW, F.STREAKS]
    assert {fault for _, fault, _ in CASES} | {F.CONTRAST} == set(F)


def test_limits_can_be_set(sound):
    strict = VerdictLimits(faint_darkness=0.5)
    assert [one.fault for one in judge(sound, strict)[1]] == [F.LIGHT_TONES]


def test_a_streak_counts_where_most_scans_have_it():
    def streak(position, axis=StreakAxis.VERTICAL):
        return Streak(axis, position, 2.0, 0.4)

    found = common_streaks(
        [(streak(50.0),), (streak(50.2), streak(90.0)), (streak(50.1, StreakAxis.HORIZONTAL),)]
    )
    assert [(one.axis, one.position_mm) for one in found] == [(StreakAxis.VERTICAL, 50.1)]
    assert common_streaks([(streak(10.0),)]) == (streak(10.0),)


def test_scans_of_another_setting_are_told_by_name():
    first = sound_measures()
    others = {
        "calibrate_papers_differ": replace(first, scan="b", paper=PaperSize.A5),
        "calibrate_modes_differ": replace(first, scan="b", mode=ScanMode.COLOUR),
        "calibrate_resolutions_differ": replace(
            first, scan="b", geometry=replace(first.geometry, dpi_x=300.0, dpi_y=300.0)
        ),
    }
    for reason, other in others.items():
        with pytest.raises(InputError) as caught:
            check_same_setting([first, other])
        assert caught.value.message_id == reason
        assert (caught.value.details["first"], caught.value.details["second"]) == ("scan-3", "b")
    with pytest.raises(InputError, match="calibrate_no_scans"):
        check_same_setting([])
