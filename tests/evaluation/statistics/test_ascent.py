"""The maximum of a likelihood: known summits, saddles left, flat ground told."""

import numpy as np
import pytest

from evaluation.statistics.ascent import Summit, curvature, maximise


def quadratic(point):
    """Highest, 3, at (1, −2), with second derivatives −2, −8 and 1 across."""
    x, y = point - np.array([1.0, -2.0])
    return 3 - x * x - 4 * y * y + x * y, np.array([-2 * x + y, -8 * y + x])


def two_hills(point):
    """x² − x⁴ + x/10: a lower summit on the left, a higher one on the right."""
    (x,) = point
    return x**2 - x**4 + x / 10, np.array([2 * x - 4 * x**3 + 0.1])


def test_a_quadratic_is_solved_to_the_last_digits():
    found = maximise(quadratic, [np.zeros(2)])
    assert found.point == pytest.approx([1, -2], abs=1e-12)
    assert found.value == pytest.approx(3)
    assert found.hessian == pytest.approx(np.array([[-2, 1], [1, -8]]), rel=1e-9)
    assert found.covariance == pytest.approx(np.linalg.inv([[2, -1], [-1, 8]]), rel=1e-9)


def test_the_best_of_the_starts_is_kept():
    left, right = (maximise(two_hills, [np.array([start])]) for start in (-0.68, 0.7))
    assert left.value < right.value
    assert maximise(two_hills, [np.array([-0.68]), np.array([0.7])]).value == right.value
    assert 2 * right.point[0] - 4 * right.point[0] ** 3 + 0.1 == pytest.approx(0, abs=1e-12)


def test_curvature_fits_each_parameters_own_scale():
    scales = np.array([1e-4, 1.0, 1e4])

    def bell(point):
        z = point / scales
        height = float(np.exp(-(z @ z) / 2))
        return height, -height * z / scales

    assert np.diag(curvature(bell, np.zeros(3))) == pytest.approx(-1 / scales**2, rel=1e-3)


@pytest.mark.parametrize("hessian", [[[-1.0, 0.0], [0.0, 0.0]], [[-1.0, 1.0], [1.0, -1.0]], [[-1.0, 0.0], [0.0, 2.0]]])
def test_flat_or_rising_ground_has_no_covariance(hessian):
    assert Summit(np.zeros(2), 0.0, np.array(hessian)).covariance is None
