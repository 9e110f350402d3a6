"""The formulas of 2×2 tables, ROC curves and paired tests, written out case by case and pair by pair, to check the engine by."""

import math

import numpy as np
from scipy import optimize, stats


def z_of(level):
    return stats.norm.ppf(0.5 + level / 2)


def cells(reference, call):
    pairs = [(r, c) for r, c in zip(reference, call, strict=True) if r is not None and c is not None]
    return tuple(pairs.count(pair) for pair in ((1, 1), (1, 0), (0, 1), (0, 0)))


def wilson(k, n, level):
    z = z_of(level)
    centre, half = 2 * k + z**2, z * math.sqrt(z**2 + 4 * k * (1 - k / n))
    return (centre - half) / (2 * (n + z**2)), (centre + half) / (2 * (n + z**2))


def newcombe(x1, n1, x2, n2, level):
    (l1, u1), (l2, u2), p1, p2 = wilson(x1, n1, level), wilson(x2, n2, level), x1 / n1, x2 / n2
    d = p1 - p2
    return d, d - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), d + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def koopman(x1, n1, x0, n0, theta):
    """The squared statistic, from the constrained likelihood maximised by brute force."""

    def loss(p0):
        p = (theta * p0, p0)
        return -sum(stats.binom.logpmf(x, n, q) for x, n, q in zip((x1, x0), (n1, n0), p, strict=True))

    top = min(1.0, 1 / theta)
    p0 = optimize.minimize_scalar(loss, bounds=(1e-12, top - 1e-12), method="bounded", options={"xatol": 1e-13}).x
    p1 = theta * p0
    return (x1 / n1 - theta * x0 / n0) ** 2 / (p1 * (1 - p1) / n1 + theta**2 * p0 * (1 - p0) / n0)


def psi(x, y):
    return 1.0 if x > y else 0.5 if x == y else 0.0


def placements(reference, score):
    pos = [s for r, s in zip(reference, score, strict=True) if r == 1]
    neg = [s for r, s in zip(reference, score, strict=True) if r == 0]
    matrix = np.array([[psi(x, y) for y in neg] for x in pos])
    return matrix.mean(axis=1), matrix.mean(axis=0)


def average_precision(reference, score):
    n1, total, before = sum(reference), 0.0, 0.0
    for cut in sorted(set(score), reverse=True):
        kept = [r for r, s in zip(reference, score, strict=True) if s >= cut]
        recall = sum(kept) / n1
        total += (recall - before) * sum(kept) / len(kept)
        before = recall
    return total


def best_threshold(reference, score):
    n1 = sum(reference)
    n0, best = len(reference) - n1, None
    for cut in sorted(set(score), reverse=True):
        tp = sum(1 for r, s in zip(reference, score, strict=True) if r == 1 and s >= cut)
        fp = sum(1 for r, s in zip(reference, score, strict=True) if r == 0 and s >= cut)
        if best is None or tp * n0 - fp * n1 > best[0]:
            best = (tp * n0 - fp * n1, tp, fp, cut)
    _, tp, fp, cut = best
    return cut, tp / n1 - fp / n0, tp / n1, 1 - fp / n0


def tango_score(b, c, n, delta):
    """Tango's statistic by its own quadratic, in long double."""
    b, c, n, delta = (np.longdouble(v) for v in (b, c, n, delta))
    big_a, big_b, big_c = 2 * n, -b - c + (2 * n - b + c) * delta, -c * delta * (1 - delta)
    q = (np.sqrt(big_b**2 - 4 * big_a * big_c) - big_b) / (2 * big_a)
    return float((b - c - n * delta) / np.sqrt(n * (2 * q + delta * (1 - delta))))


def predictive_comparison(reference, test_1, test_2, level):
    """PPVs of two tests, Kosinski's statistic and the relative PPV, 2 over 1."""
    d, t1, t2 = (np.asarray(v, dtype=float) for v in (reference, test_1, test_2))
    m1, m2, k1, k2 = t1.sum(), t2.sum(), (d * t1).sum(), (d * t2).sum()
    pooled = (k1 + k2) / (m1 + m2)
    s, r = (d * t1 * t2).sum(), ((1 - d) * t1 * t2).sum()
    c = (s * (1 - pooled) ** 2 + r * pooled**2) / (m1 + m2)
    statistic = (k1 / m1 - k2 / m2) ** 2 / ((pooled * (1 - pooled) - 2 * c) * (1 / m1 + 1 / m2))
    ratio = (k2 / m2) / (k1 / m1)
    v = ((d * t2 / k2 - t2 / m2 - d * t1 / k1 + t1 / m1) ** 2).sum()
    half = z_of(level) * math.sqrt(v)
    return k1 / m1, k2 / m2, statistic, ratio, ratio * math.exp(-half), ratio * math.exp(half)
