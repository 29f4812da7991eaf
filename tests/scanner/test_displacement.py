from __future__ import annotations

import numpy as np
import pytest

from scanner.displacement import fit_displacement

WIDTH_MM, HEIGHT_MM = 210.0, 297.0


def grid() -> np.ndarray:
    x, y = np.meshgrid(np.linspace(15, 195, 6), np.linspace(15, 280, 9))
    return np.column_stack((x.ravel(), y.ravel()))


def waved(points: np.ndarray) -> np.ndarray:
    """Slip along the page, a wave of a tenth of a millimetre."""
    return np.column_stack((np.zeros(len(points)), 0.1 * np.sin(points[:, 1] / HEIGHT_MM * 2 * np.pi)))


def test_a_slow_slip_is_followed() -> None:
    points = grid()
    *_, residuals = fit_displacement(points, waved(points), WIDTH_MM, HEIGHT_MM)
    assert np.sqrt((residuals**2).sum(axis=1).mean()) < 0.02


def test_a_patch_that_ink_pulled_away_pulls_nothing_along() -> None:
    points = grid()
    shifts = waved(points)
    knots, shift, _, _ = fit_displacement(points, shifts, WIDTH_MM, HEIGHT_MM)
    shifts[20] += (1.5, -1.5)
    _, pulled, _, residuals = fit_displacement(points, shifts, WIDTH_MM, HEIGHT_MM)
    assert len(knots) == len(shift)
    np.testing.assert_allclose(pulled, shift, atol=0.03)
    assert np.hypot(*residuals[20]) == pytest.approx(1.5 * np.sqrt(2), abs=0.1)


def test_no_shift_is_no_displacement() -> None:
    points = grid()
    _, shift, shear, residuals = fit_displacement(points, np.zeros_like(points), WIDTH_MM, HEIGHT_MM)
    assert not shift.any()
    assert not shear.any()
    assert not residuals.any()
