"""The maximum of a smooth log likelihood of a few parameters: quasi-Newton from several starts, then Newton's last digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from evaluation.statistics.samples import Numbers

Objective = Callable[[Numbers], tuple[float, Numbers]]
"""Parameters, shape (p,) → log likelihood and its gradient, shape (p,)."""

LAST_STEP = 1e-9
MOST_STEPS = 40
FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class Summit:
    """Where the log likelihood is highest, its value there and its matrix of second derivatives, shape (p, p)."""

    point: Numbers
    value: float
    hessian: Numbers

    @property
    def covariance(self) -> Numbers | None:
        """Inverse of the observed information; `None` where the likelihood is flat in some direction, or no summit."""
        scale = np.sqrt(np.abs(np.diag(self.hessian)))
        if not bool(np.all(np.isfinite(self.hessian)) and np.all(scale > 0)):
            return None
        information = -self.hessian / np.outer(scale, scale)
        if float(np.linalg.eigvalsh(information)[0]) < FLAT:
            return None
        covariance: Numbers = np.linalg.inv(information) / np.outer(scale, scale)
        return covariance


def maximise(objective: Objective, starts: Iterable[Numbers]) -> Summit:
    """The best maximum that the starts lead to, refined until a Newton step falls below 1e-9.

    Parameters
    ----------
    objective
        Log likelihood with its exact gradient, finite everywhere.
    starts
        Points of shape (p,); the first of equal maxima is kept.
    """
    ends = [_quasi_newton(objective, start) for start in starts]
    point = max(ends, key=lambda end: objective(end)[0])
    return _refined(objective, point)


def curvature(objective: Objective, point: Numbers, nearby: Numbers | None = None) -> Numbers:
    """Second derivatives by central differences of the gradient, of fourth order, steps fitted to each parameter's own scale.

    `nearby`: the matrix at a point nearby, which tells the scales; without it they are found first.
    """
    reach = np.maximum(1.0, np.abs(point))
    rough = np.abs(np.diag(_differences(objective, point, 1e-4 * reach) if nearby is None else nearby))
    fitted = np.divide(1e-2, np.sqrt(rough), out=np.full_like(rough, np.inf), where=rough > 0)
    found = _differences(objective, point, np.clip(fitted, 1e-6 * reach, 1e-2 * reach))
    return (found + found.T) / 2


def _differences(objective: Objective, point: Numbers, steps: Numbers) -> Numbers:
    """Row j: the derivative of the gradient along parameter j."""
    rows = []
    for j, step in enumerate(steps):
        along = np.zeros_like(point)
        along[j] = step
        near = objective(point + along)[1] - objective(point - along)[1]
        far = objective(point + 2 * along)[1] - objective(point - 2 * along)[1]
        rows.append((8 * near - far) / (12 * step))
    return np.array(rows)


def _quasi_newton(objective: Objective, start: Numbers) -> Numbers:
    def descent(point: Numbers) -> tuple[float, Numbers]:
        value, gradient = objective(point)
        return -value, -gradient

    found = optimize.minimize(descent, start, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 500})
    return np.asarray(found.x, dtype=np.float64)


def _refined(objective: Objective, point: Numbers) -> Summit:
    value, gradient = objective(point)
    hessian = curvature(objective, point)
    for _ in range(MOST_STEPS):
        step = _uphill(gradient, hessian)
        share = 1.0
        while (moved := objective(point + share * step))[0] < value - 1e-13 * abs(value) and share > 1e-10:
            share /= 2
        if moved[0] < value - 1e-13 * abs(value):
            break
        point, (value, gradient) = point + share * step, moved
        hessian = curvature(objective, point, hessian)
        if float(np.max(np.abs(share * step) / np.maximum(1.0, np.abs(point)))) < LAST_STEP:
            break
    return Summit(point, value, hessian)


def _uphill(gradient: Numbers, hessian: Numbers) -> Numbers:
    """Newton's step, turned uphill along any direction that curves upwards, and never longer than 1."""
    curvatures, directions = np.linalg.eigh(hessian)
    sizes = np.maximum(np.abs(curvatures), 1e-12 * max(1.0, float(np.abs(curvatures).max())))
    step: Numbers = directions @ ((directions.T @ gradient) / sizes)
    length = float(np.linalg.norm(step))
    return step if length <= 1 else step / length
