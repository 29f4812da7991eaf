"""Every number the reading depends on, in one place; the digest is stored with each result.

Lengths are millimetres on the printed page. "Darkness" is 0 for the paper around and 1 for black.
docs/reading.md says what each group was measured on.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

READER_VERSION = 4
"""Raised whenever the same options may give other readings."""

MARK_NETWORK_SHA256 = "bbf75ecf978908c5cd3bbb5612589584e042c29afb3600cc6ff880053c7d98e8"
"""Of the weights that come with the program; a reading says with it which network made it."""


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """Which images are taken for a scanned page at all.

    Attributes:
        min_side_px: below it no code can be resolved (100 dpi on A5 is 583 px wide).
        max_side_px: above it the file is no page of a desktop scanner (A4 at 1,200 dpi is 14,031 px).
        code_px_per_mm: resolution at which codes and fiducials are searched.
    """

    min_side_px: int = 400
    max_side_px: int = 14_500
    code_px_per_mm: float = 5.9


@dataclass(frozen=True, slots=True)
class RegistrationOptions:
    """Laying the page over its form.

    Attributes:
        fiducial_search_mm: how far a fiducial may lie from where the code's corners predict it. The
            prediction reaches ten code widths far, so half a pixel of error grows to about a millimetre.
        patch_mm, patch_search_mm: side of a control patch and how far it is searched around its place.
        patch_min_score: normalised correlation below which a patch is not used.
        min_patch_share: share of the control patches that must be found; half a sheet, a folded corner
            or another form under the same code finds fewer.
        max_residual_mm: root mean square residual above which the sheet is rejected. Boxes are seven
            millimetres wide and their ink mask allows for 0.4 mm.
        weak_residual_mm: above it a person looks at the sheet.
        max_skew_deg, max_stretch: what a scanner may do to a page; beyond it nothing is trusted.
    """

    fiducial_search_mm: float = 5.0
    patch_mm: float = 6.0
    patch_search_mm: float = 2.0
    patch_min_score: float = 0.55
    min_patch_share: float = 0.6
    max_residual_mm: float = 0.30
    weak_residual_mm: float = 0.20
    max_skew_deg: float = 15.0
    max_stretch: float = 0.05


@dataclass(frozen=True, slots=True)
class InkOptions:
    """What counts as ink that was not printed.

    Attributes:
        min_darkness: the faintest ink looked at.
        noise_factor: ink must be this many standard deviations of the paper's noise.
        max_darkness: where noise asks for more than this, the page is smoothed first; where it still
            does, faint marks could not be seen and the sheet is rejected.
        smoothing_mm: standard deviation of that smoothing.
        print_margin_mm: width around printed ink in which nothing can be told apart.
    """

    min_darkness: float = 0.10
    noise_factor: float = 5.0
    max_darkness: float = 0.28
    smoothing_mm: float = 0.18
    print_margin_mm: float = 0.40


@dataclass(frozen=True, slots=True)
class StreakOptions:
    """Streaks and folds; see `scanner.streaks`.

    Attributes:
        max_width_mm: a wider dark band is no line.
        min_depth, min_depth_bilevel: grey levels (of 255) by which a line is darker than its surroundings, on
            average over one of the 48 blocks; the second in a 1-bit scan.
        most_lines: along one axis; more are a texture and are left alone.
        paper_from: brightness of paper beside a line; darker is the scanner's surround.
        min_seen: share of the scan's length on which there must be paper.
        min_share: share of the paper's length on which it must be; the longest printed rule of a form
            covers less, and never reaches an end.
        min_share_bilevel: the same in a 1-bit scan.
        end_blocks: how many blocks of 48 make an end; a line must be in both. In a 1-bit scan the second
            block is the end: 6 to 12 mm from the edge, where no form of ours prints a rule.
        margin_mm: masked on both sides of a line.
    """

    max_width_mm: float = 1.6
    min_depth: int = 5
    min_depth_bilevel: int = 40
    most_lines: int = 6
    paper_from: int = 128
    min_seen: float = 0.7
    min_share: float = 0.88
    min_share_bilevel: float = 0.5
    end_blocks: int = 2
    margin_mm: float = 0.25


@dataclass(frozen=True, slots=True)
class MarkOptions:
    """Telling marks apart; `scanner.marks` states the order of the rules.

    Attributes:
        min_outline: share of its printed outline that must be seen for a box to be read.
        max_covered: share of its inside that streaks and folds may cover; ink under them is not seen.
        window_mm: how far around a box its strokes are fitted; half the gap to the box below.
        reach_mm: how far around a box its ink is followed.
        outline_margin_mm: width around the printed outline in which nothing can be told apart.
        bridge_mm: widest gap that ink is followed over: the masked outline and a little more.
        continuation_mm: how far a cross's strokes are followed beyond the outline.
        speck_mm2, speck_size_mm: ink inside a box up to both is no mark. The least of 76 dots drawn as a mark
            was 0.67 mm².
        scattered_mm2, shade_darkness: ink inside a box up to the first, or up to `speck_mm2` and fainter than
            the second, is no mark, however far it is strewn: paper grain, a crease, the shade of a fold. Of
            36,700 marks on clean, feeder and worn scans, half of them in pens fainter than people bring,
            none left so little.
        speck_bilevel_mm2, speck_bilevel_size_mm: the same in a 1-bit scan. Of 22,500 marks on copier and
            hostile scans, half of them in pens fainter than people bring, 10 left no more than this.
        min_size_mm: a mark smaller than this is for a person to judge.
        min_darkness, other_min_darkness: a fainter cross, and a fainter mark of any other shape, is for a
            person to judge; stains have shapes, too.
        core_share: a pixel belongs to a stroke's core from this share of the mark's own darkness on.
        line_tolerance_mm, line_tolerance_share: how far a stroke may bend from the straight, beyond its
            half width: the smaller of the length and the share of the mark's size.
        second_look: between these shares of a cross, all networks look at a mark from all sides.
        cross_min_share: how sure the networks must be of an X.
        other_max_cross_share: a mark that they hold for an X with more than this is unclear.
        cross_…: what two strokes must satisfy not to contradict them.
        cross_middle_inset_mm: how far inside the outline the strokes of a cross must cross; nearer to the
            line, it stands beside the box as much as in it.
        cross_weight_inset_mm: the same for the weight of its ink, where no real crossing is found.
        cross_real_arm: fitted strokes with a shorter arm (share of its stroke) may not be an X's two.
        corrected_length_mm: stroke length that no single mark needs.
        spill_depth_mm: how far a stroke from elsewhere may reach into a box.
        spill_max_cross_share: what looks more like an X than this does not only reach in.
    """

    min_outline: float = 0.7
    max_covered: float = 0.4
    window_mm: float = 2.0
    reach_mm: float = 6.0
    outline_margin_mm: float = 0.22
    bridge_mm: float = 1.4
    continuation_mm: float = 5.0
    speck_mm2: float = 0.6
    speck_size_mm: float = 1.2
    scattered_mm2: float = 0.3
    shade_darkness: float = 0.13
    speck_bilevel_mm2: float = 0.05
    speck_bilevel_size_mm: float = 0.3
    min_size_mm: float = 1.8
    min_darkness: float = 0.18
    other_min_darkness: float = 0.22
    core_share: float = 0.4
    line_tolerance_mm: float = 0.5
    line_tolerance_share: float = 0.06
    second_look: tuple[float, float] = (0.02, 0.995)
    cross_min_share: float = 0.93
    other_max_cross_share: float = 0.05
    cross_min_fit: float = 0.55
    cross_middle_inset_mm: float = 0.5
    cross_weight_inset_mm: float = 1.2
    cross_real_arm: float = 0.15
    cross_max_excess: float = 1.4
    cross_max_blob: float = 0.75
    cross_max_stray_mm2: float = 4.0
    cross_max_stroke_mm: float = 1.6
    cross_min_coverage: float = 0.4
    corrected_length_mm: float = 60.0
    spill_depth_mm: float = 2.5
    spill_max_cross_share: float = 0.1


@dataclass(frozen=True, slots=True)
class StrikeOptions:
    """Struck names; see `scanner.strikes`.

    Attributes:
        around_mm: how far beyond the printed text a strike is looked for.
        align_mm: how far a name is moved to lie best over its reference.
        print_blur_mm, text_margin_mm: how far printer and scanner blur the letters, and how much further
            they may spread or lie beside their reference.
        wide_margin_mm, doubtful_clear_ink_mm2: ink that far from all letters stands clear of them, and so
            much of it makes a run more than fat letters. Over 1,760 clean names of four strata the most
            that fat print left was 0.11 mm², over 160 struck ones the least was 0.55 (with a `min_darkness`
            of 0.25; at 0.16 faint pencil is found twice as often, with no false run over 448 names).
        doubtful_clear_ink_bilevel_mm2: the same in a 1-bit scan.
        min_clear_columns: columns that such ink must lie in; a speck lies in one or two.
        doubtful_surplus: a run that adds less on average is shine-through or a stain; see certain_surplus.
            Over 130 struck names the faintest pencil added 0.20, a coffee stain at most 0.17.
        line_piece_mm, line_pieces_mm: the width of a line is told from clear pieces so long, and so much of
            them together.
        line_length_mm, line_min_paper_mm, line_min_ink_mm2: a level line through the letters is looked for
            over this length, where print leaves so much paper along it, and where there is so much ink.
        line_min_darkness: fainter ink is no part of such a line.
        line_share, line_share_bilevel: share of that paper, inked, that makes a line. Over 2,183 clean names
            the most was 0.59 (a hair apart), over those of 750 ballots more 0.67 (once); over 97 lines
            through names, half names and positions in any pen the least was 0.72, in the faintest pencil.
            0.83 over 36 clean names in 1-bit scans.
        fat_print_lines: so many names with such a line, and none with a clear run, are fat print.
        hair_width_mm: a line as thin is a hair; see `WritingOptions`.
        min_darkness: fainter ink over a name is not looked at.
        column_mm, column_ink_mm2: width of a column, and the ink from which on it counts as inked.
        gap_columns: how many columns without visible ink (wholly under letters) a run may bridge.
        certain_length_mm, certain_coverage: a run as long that covers that share of the name's text is a
            strike; a shorter one, or one over the position only, is for a person. Over 264 clean names a
            simulated feeder and worn paper gave runs up to 4.3 mm; the shortest strike was 8.4 mm.
        doubtful_length_mm: a shorter run is dirt.
        block_gap_mm: free paper between the texts of two table columns; the first is the name.
        certain_max_noise: noise of the paper up to which a strike can be certain.
        certain_surplus, certain_surplus_bilevel: darkness that the run must add to paper and print on
            average; shading of worn paper stays below it, a faint pencil too, which a person then judges.
            The second is for 1-bit scans.
        min_through: share of a run's ink that must lie at the height of the letters.
    """

    around_mm: float = 1.0
    align_mm: float = 0.5
    print_blur_mm: float = 0.16
    text_margin_mm: float = 0.13
    wide_margin_mm: float = 0.25
    doubtful_clear_ink_mm2: float = 0.25
    doubtful_clear_ink_bilevel_mm2: float = 0.9
    min_clear_columns: int = 3
    doubtful_surplus: float = 0.18
    line_piece_mm: float = 1.0
    line_pieces_mm: float = 2.0
    line_length_mm: float = 8.0
    line_min_paper_mm: float = 1.0
    line_min_ink_mm2: float = 0.2
    line_min_darkness: float = 0.13
    line_share: float = 0.7
    line_share_bilevel: float = 0.9
    fat_print_lines: int = 3
    hair_width_mm: float = 0.20
    min_darkness: float = 0.16
    column_mm: float = 1.0
    column_ink_mm2: float = 0.03
    gap_columns: int = 3
    certain_length_mm: float = 8.0
    certain_coverage: float = 0.6
    block_gap_mm: float = 5.0
    doubtful_length_mm: float = 3.0
    min_through: float = 0.3
    certain_surplus: float = 0.34
    certain_surplus_bilevel: float = 0.52
    certain_max_noise: float = 0.05


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """Added writing; see `scanner.writing`.

    Attributes:
        join_mm: gaps up to it join ink into one group.
        speck_size_mm, speck_ink_mm2: a group below either is dirt.
        certain_…: what makes a group writing beyond doubt; anything less goes to a person.
        certain_ink_per_mm: ink for each millimetre of a group's size; a hair or a thread, however it bends,
            has less than a word.
        certain_max_groups: on a page with more groups it is dirt as likely as writing, and none is certain.
        edge_mm: margin in which paper edges and their shadows lie.
        edge_…: ink that reaches that margin and is wider than a line, a narrow straight strip, or a speck,
            is the paper's edge or what lies beyond it.
        code_margin_mm: margin around code and serial that belongs to them.
        box_margin_mm: ink this near a box may be a misplaced mark.
        remnant_…: so little ink so near a read mark's own, or beside the outline that cuts a stroke, is the
            end of one of its strokes.
        piece_mm: a group without a piece as long is specks; faint pencil leaves longer ones.
        faint_peak: ink that is nowhere darker is print shining through, a stain or a crease. Over 1,000
            simulated groups the faintest pencil reached 0.24; shine-through, stains and creases 0.17.
        hair_width_mm, hair_peak: a line as thin is a hair: 0.14 to 0.17 mm, where the thinnest pen gave 0.26.
            Ink darker than the peak is a pen's.
        hole_…: size, fill or closeness to a circle, and distance from the edge of punch holes.
        ring_…: a piece of a hole's rim: closeness to its circle, radius, distance from ISO 838's places.
        rim_…: size of a piece of a rim whose other pieces were found, and its distance from their circle.
        staple_…: distance from the corner, length, share along a line, and ink of a staple; no pen draws a
            line as wide and as pale.
        edge_to_edge, line_height_mm: share of the page and thickness of folds and streaks.
        fold_…: a piece of line up to this dark and thick is the rest of a fold if the page is darker by
            `fold_depth` grey levels along `fold_share` of the whole line.
    """

    join_mm: float = 1.5
    speck_size_mm: float = 2.0
    speck_ink_mm2: float = 0.4
    certain_size_mm: float = 6.0
    certain_min_side_mm: float = 3.0
    certain_ink_mm2: float = 3.0
    certain_darkness: float = 0.35
    certain_edge_mm: float = 14.0
    certain_ink_per_mm: float = 0.65
    certain_max_groups: int = 6
    certain_max_fill: float = 0.6
    certain_max_straightness: float = 0.7
    edge_mm: float = 4.0
    edge_solid_mm: float = 1.3
    edge_speck_mm: float = 3.0
    edge_side_mm: float = 2.0
    edge_slenderness: float = 5.0
    edge_straightness: float = 0.85
    code_margin_mm: float = 2.0
    box_margin_mm: float = 4.0
    remnant_ink_mm2: float = 1.5
    remnant_size_mm: float = 2.5
    remnant_gap_mm: float = 1.0
    remnant_outline_mm: float = 4.5
    piece_mm: float = 0.75
    faint_peak: float = 0.19
    hair_width_mm: float = 0.20
    hair_peak: float = 0.70
    hole_solid_mm: float = 1.2
    ring_piece_mm: float = 0.2
    ring_min_radius_mm: float = 2.2
    ring_max_radius_mm: float = 3.8
    ring_reach_mm: float = 4.5
    rim_piece_mm: float = 3.5
    rim_gap_mm: float = 0.7
    staple_corner_mm: float = 26.0
    staple_min_mm: float = 8.0
    staple_max_mm: float = 16.0
    staple_straightness: float = 0.72
    staple_ink_per_mm: float = 0.72
    staple_darkness: float = 0.42
    fold_peak: float = 0.30
    fold_side_mm: float = 1.5
    fold_depth: int = 2
    fold_share: float = 0.65
    hole_min_mm: float = 3.5
    hole_max_mm: float = 9.0
    hole_fill: float = 0.65
    hole_ring_mm: float = 0.30
    hole_edge_mm: float = 20.0
    edge_to_edge: float = 0.9
    line_height_mm: float = 4.0


@dataclass(frozen=True, slots=True)
class SealOptions:
    """The header stamp; see `scanner.seal`.

    Attributes:
        margin_mm: how far a hand stamp may miss its zone.
        join_mm: gaps up to it join the stamp's ink into pieces.
        piece_mm: a piece as large is the stamp's, or at least part of it.
        crumb_mm, min_crumbs: a stamp of so many pieces so small has fallen apart.
        rim_mm: how far smudges of the stamp reach beyond it.
        stray_mm: how much larger than its zone a stamp may be, and how far a faint one may miss it.
        present_coverage: ink as a share of the zone's area from which on a stamp is there; a round
            stamp covers a tenth and more.
        absent_coverage: up to it there is no stamp; in between a person looks.
        printed_share: share of a printed seal's dark pixels that must be dark on the paper.
    """

    margin_mm: float = 8.0
    join_mm: float = 2.0
    piece_mm: float = 10.0
    crumb_mm: float = 3.0
    min_crumbs: int = 15
    rim_mm: float = 1.25
    stray_mm: float = 2.0
    present_coverage: float = 0.03
    absent_coverage: float = 0.006
    printed_share: float = 0.6


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    image: ImageOptions = field(default_factory=ImageOptions)
    registration: RegistrationOptions = field(default_factory=RegistrationOptions)
    ink: InkOptions = field(default_factory=InkOptions)
    streaks: StreakOptions = field(default_factory=StreakOptions)
    marks: MarkOptions = field(default_factory=MarkOptions)
    strikes: StrikeOptions = field(default_factory=StrikeOptions)
    writing: WritingOptions = field(default_factory=WritingOptions)
    seal: SealOptions = field(default_factory=SealOptions)

    def digest(self) -> str:
        """SHA-256 (hex) over the reader's version, its network and every option."""
        text = json.dumps(
            {"reader": READER_VERSION, "mark_network": MARK_NETWORK_SHA256, **asdict(self)}, sort_keys=True
        )
        return hashlib.sha256(text.encode()).hexdigest()
